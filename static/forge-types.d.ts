// The shapes that the forge's modules share. Types only: nothing loads this.
import type { WireEvent } from "./event-types.js";

/** What stands in the controls for one frame. The payload is text or hex, the key and the length are as typed. */
export interface Draft {
  fin: boolean;
  rsv1: boolean;
  rsv2: boolean;
  rsv3: boolean;
  opcode: number;
  mask: boolean;
  lengthForm: 7 | 16 | 64 | "auto";
  claimed: string;
  key: string;
  payload: string;
  as: "text" | "hex" | "file";
  file?: { name: string; bytes: Uint8Array };
}

/** A frame of a plan. Cuts are byte of the frame, and milliseconds before the write that begins there. */
export interface Planned {
  draft: Draft;
  cuts: Map<number, number>;
}

/** One call of write: the bytes [from, to) of the plan. */
export interface Write {
  from: number;
  to: number;
  pause: number;
}

/** A row of the table of presets. */
export interface Preset {
  id: string;
  group: string;
  name: string;
  why: string;
  first?: boolean;
  offer?: string;
  frames: Partial<Draft>[];
  cuts?: [byte: number, pause: number][];
  writes: string[];
  mirror: { back: string[]; close?: number; rules: string[] };
  gorilla: { back?: string[]; texts?: string[]; close?: number; closed?: boolean };
}

/** What the server answers: see POST /forge. */
export interface ForgeAnswer {
  sent: number;
  received: string;
  receivedLength: number;
  truncated: boolean;
  status?: number;
  extensions?: string;
  ended: string;
  port: number;
  note?: string;
}

/** One end of a comparison: what the forge was answered, and what the wire told of it. */
export interface Heard {
  answer: ForgeAnswer;
  events: WireEvent[];
}
