// The shapes that the exercises' socket speaks. Types only: nothing loads this.

export type VerdictState = "not yet" | "passed" | "wrong" | "can't tell";

/** What the check makes of what crossed the wire since the word was drawn. */
export interface Verdict {
  state: VerdictState;
  say?: string;
  proof?: number[];
  offset?: number; // wrong: the byte in the first event of proof; absent or -1 if there is none
  want?: string;
  came?: string;
  ref?: string;
}

/** What lasts of an exercise. */
export interface Progress {
  passed?: number; // the revision that was passed
  at?: string;
  changed?: boolean; // what must be done has changed since
  seen?: boolean; // the solution was opened
  missed?: number; // wrong verdicts drawn
  hints?: number; // hints opened before passing
  kept?: boolean; // false: not on disk
}

export interface ExerciseMessage {
  kind: "exercise";
  lesson: string;
  id: string;
  revision: number;
  word: string;
  drawn?: Record<string, string> | null;
  verdict: Verdict;
  progress?: Progress;
}

/** Whether what is passed lasts. */
export interface KeepingMessage {
  kind: "keeping";
  ok: boolean;
  why?: string;
}

export type AttemptMessage = ExerciseMessage | KeepingMessage;
