// What the controls of the forge hold for one frame, and the frame that it describes. No DOM.
import { readHex } from "./forge-frame.js";

/** @import { FrameSpec } from "./forge-frame.js" */
/** @import { Draft } from "./forge-types.js" */

/** @type {Readonly<Draft>} the RFC's own example of a masked frame, §5.7 */
export const HELLO = Object.freeze({ fin: true, rsv1: false, rsv2: false, rsv3: false, opcode: 1, mask: true, lengthForm: "auto", claimed: "", key: "37fa213d", payload: "Hello", as: "text" });

/**
 * specOf reads a draft, and says what is wrong with what was typed, by the control that it was
 * typed into.
 * @param {Draft} d
 * @returns {{ spec: FrameSpec, faults: Map<"key" | "payload" | "claimed", string> }}
 */
export function specOf(d) {
  /** @type {Map<"key" | "payload" | "claimed", string>} */
  const faults = new Map();
  const key = readHex(d.key);
  if (d.mask && key.fault) faults.set("key", `Masking key: ${key.fault}`);
  else if (d.mask && key.bytes.length !== 4) faults.set("key", "A masking key is four bytes: eight hex digits.");
  const { bytes: payload, fault } = payloadOf(d);
  if (fault) faults.set("payload", `Payload: ${fault}`);
  const claimed = d.claimed.replace(/[\s\u202f_,]/g, "");
  const number = /^(\d{1,20}|0x[0-9a-f]{1,16})$/i.test(claimed);
  if (claimed !== "" && !number) faults.set("claimed", "A length is a number: decimal, or hex behind 0x.");
  return { spec: { ...d, key: key.bytes, payload, claimed: number ? BigInt(claimed) : undefined }, faults };
}

/** @param {Draft} d */
function payloadOf({ as, payload, file }) {
  if (as === "hex") return readHex(payload);
  if (as === "text") return { bytes: new TextEncoder().encode(payload), fault: "" };
  return file ? { bytes: file.bytes, fault: "" } : { bytes: new Uint8Array(), fault: "Choose a file, whose bytes it will be." };
}

/**
 * deflated compresses a payload as one message of permessage-deflate. The browser's compressor
 * knows no flush: it ends with a block that has BFINAL set, behind which a zero byte stands
 * (RFC 7692 §7.2.3.4).
 * @param {Uint8Array} payload
 * @returns {Promise<Uint8Array>}
 */
export async function deflated(payload) {
  const squeezed = new Blob([Uint8Array.from(payload)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(squeezed).arrayBuffer());
  const out = new Uint8Array(bytes.length + 1);
  out.set(bytes);
  return out;
}
