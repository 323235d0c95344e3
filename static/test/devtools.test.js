import assert from "node:assert/strict";
import { test } from "node:test";
import { MEASURED, measuredIn } from "../devtools.js";

test("a prediction says which browser it was measured in", () => {
  const chrome = (/** @type {number} */ n) => `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${n}.0.0.0 Safari/537.36`;
  assert.equal(measuredIn(chrome(MEASURED)), `Measured in Chromium ${MEASURED}, as yours is.`);
  assert.equal(measuredIn(chrome(MEASURED + 2)), `Measured in Chromium ${MEASURED}; yours is ${MEASURED + 2}, and may differ.`);
  assert.equal(measuredIn("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), `Measured in Chromium ${MEASURED}; yours is another browser, and may show more or less.`);
});
