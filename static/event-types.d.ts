// The shapes that the server's feed, log and event endpoints speak. Types only: nothing loads this.

export type Direction = "up" | "down";
export type Kind = "open" | "request" | "response" | "body" | "frame" | "bytes" | "close";
export type Mark = "shown" | "merged" | "hidden" | "empty";
export type FrameType = "continuation" | "text" | "binary" | "close" | "ping" | "pong" | "reserved";

/** One named part of an event's bytes; bit counts from the event's first bit. */
export interface Field {
  name: string;
  bit: number;
  bits: number;
  value: string;
  meaning: string;
  ref: string;
}

/** A rule that the bytes break. */
export interface Violation {
  rule: string;
  ref: string;
  text: string;
  detail: string;
  offset: number;
}

export interface CloseBody {
  code: number;
  name?: string;
  reason?: string;
}

export interface Inflated {
  compressed: number;
  length: number;
  payload: string;
  text?: string;
  truncated: boolean;
  ratio?: number;
  error?: string;
}

export interface Frame {
  fin: boolean;
  rsv1: boolean;
  rsv2: boolean;
  rsv3: boolean;
  opcode: number;
  type: FrameType;
  masked: boolean;
  maskingKey?: string;
  payloadLength: number;
  lengthForm: 7 | 16 | 64;
  headerLength: number;
  header: string;
  payload: string;
  unmasked?: string;
  text?: string;
  truncated: boolean;
  message?: number;
  part?: number;
  messageType?: "text" | "binary";
  compressed?: boolean;
  received?: number;
  close?: CloseBody;
  inflated?: Inflated;
  fields?: Field[];
  violations?: Violation[];
}

export interface HeaderField {
  name: string;
  value: string;
  offset: number;
  length: number;
}

export interface Http {
  startLine: string;
  method?: string;
  target?: string;
  version?: string;
  status?: number;
  reason?: string;
  fields: HeaderField[];
  headerLength: number;
}

export interface Body {
  framing: "none" | "length" | "chunked" | "close";
  chunk?: number;
  last?: boolean;
  offset: number;
  length: number;
}

/** The truth about a connection's end, as the server's end of it saw it. */
export interface CloseTruth {
  tcp: string;
  error?: string;
  websocket?: boolean;
  clean?: boolean;
  first?: Direction;
  up?: CloseBody;
  down?: CloseBody;
}

/** One thing that happened on a connection. */
export interface WireEvent {
  seq: number;
  conn: number;
  at: number;
  direction: Direction;
  kind: Kind;
  driver?: string;
  lab?: string;
  exchange?: number;
  size: number;
  overhead: number;
  payloadLength: number;
  summary: string;
  bytes: string;
  truncated: boolean;
  frame?: Frame;
  http?: Http;
  body?: Body;
  open?: { remote?: string; local?: string };
  close?: CloseTruth;
  devtools: Mark;
  devtoolsWhy?: string;
  note?: string;
  rtt?: number;
  violations?: Violation[];
  fields?: Field[];
  sentence?: string;
  gap?: boolean;
  viewer?: string; // whose it is, on the wire of a class's room
  place?: string; // which packet of a file it came in, as the page says it
}

/** A gap that a slow page suffered. */
export interface Lost {
  kind: "lost";
  count: number;
}

export type Item = WireEvent | Lost;

/** Which log of the wire a feed shows: when its first event was, or null while there is none. */
export interface Which {
  kind: "wire";
  began: number | null;
}

/** What a page's own WebSocket said when it closed; socket is the hint in its URL. */
export interface PageClose {
  socket: string;
  code: number;
  reason: string;
  wasClean: boolean;
}
