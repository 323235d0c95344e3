// The shapes that a class's line speaks. Types only: nothing loads this.
import type { WireEvent } from "./event-types.js";

/** A place in the course; slide counts from 1, step from 0. */
export interface Place {
  lesson: string;
  slide: number;
  step: number;
}

export interface LabState {
  slide: string; // lesson/slide
  values: Record<string, string>; // by the index of the form control
  presses?: number; // how often everybody has been asked to press the button that values.press names
}

/** What the projector shows beside the step. */
export interface ScreenView {
  slide: string; // lesson/slide
  scroll: number; // from 0, its top, to 1
  room: boolean;
  edge: "" | "open" | "line";
  replay: string; // lesson/exercise, or ""
  press: number; // grows when the driver has pressed a button of the slide's lab
  button: string; // what stands on it
}

export interface Poll {
  id: number;
  question: string;
  options: string[];
  open: boolean;
  shown: boolean;
}

export interface Activity {
  lesson: string;
  exercise: string;
  hints: number;
}

export interface Spot {
  viewer: string;
  seq: number;
  event: WireEvent;
  text: boolean;
}

export interface ClassState {
  kind: "class";
  code: string;
  rev: number;
  began: string;
  step: Place;
  lab: LabState | null;
  view: ScreenView | null;
  poll: Poll | null;
  activity: Activity | null;
  spot: Spot | null;
  blank: boolean;
  pause: boolean;
  spawn: { id: number; count: number } | null;
  ended: boolean;
}

export interface Question {
  id: number;
  text: string;
  votes: number;
  answered: boolean;
}

export interface Crowd {
  kind: "crowd";
  n: number;
  here: number;
  votes: { poll: number; cast: number; counts?: number[] } | null;
  questions: Question[];
  done: { passed: number; of: number } | null;
}

export interface Clock {
  at: number; // when the rest held
  began: number;
  stop: number; // 0: none
  paused: boolean;
  lesson: string;
  budget: number;
  used: number;
  late: number;
}

export interface Skip {
  part: string;
  title: string;
  level: string;
  minutes: number;
}

export interface Pupil {
  viewer: string;
  exercises: Record<string, "trying" | "passed">; // by lesson/exercise; absent: not started
  stuck: boolean;
}

/** What only the owner, the driver and, in part, the projector are told. */
export interface Desk {
  kind: "desk";
  driver: "owner" | "guest";
  asks?: { id: number; name: string }[];
  clock: Clock;
  skips?: Skip[];
  skipped?: string[];
  pace?: { fast: number; slow: number };
  counts?: number[];
  board?: Pupil[];
  rows?: number; // of which the board shows 200 at most
  more?: { exercise: string; trying: number; passed: number; stuck: number }[];
  addresses?: number; // from how many addresses but the presenter's somebody has joined
  room?: string; // the wire with the room's frames; "" until there is one
}

export type Role = "owner" | "driver" | "screen" | "viewer";

export interface Welcome {
  kind: "welcome";
  viewer: string; // "" while the bus is away
  you: Role;
  wheel: "no" | "asked" | "yours";
  at: number; // the server's clock
}

/** What a command is answered. */
export interface Answer {
  kind: "ok" | "refused";
  id?: number;
  error?: string;
}
