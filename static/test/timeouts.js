// Timeouts that pass when the test says so. (Node 18 loses some of those it mocks itself.)

/** @param {import("node:test").TestContext} t */
export function fakeTimeouts(t) {
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  t.after(() => Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval }));
  const due = new Map();
  let now = 0;
  let last = 0;
  const begin = (call, wait, every) => {
    due.set(++last, { call, at: now + wait, every });
    return last;
  };
  globalThis.setTimeout = (call, wait = 0) => begin(call, wait);
  globalThis.setInterval = (call, wait) => begin(call, wait, wait);
  globalThis.clearTimeout = globalThis.clearInterval = (id) => void due.delete(id);
  return {
    tick(wait) {
      now += wait;
      for (const [id, one] of [...due]) {
        if (one.at > now || !due.delete(id)) continue;
        if (one.every !== undefined) due.set(id, { ...one, at: one.at + one.every });
        one.call();
      }
    },
  };
}
