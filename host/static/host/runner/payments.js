// An app asks for a payment: which invoice it names, and whether a sheet may come up for it now.
import { PaySheet } from "./paysheet.js";
import { BridgeError } from "./server.js";
import { readInvoice } from "./wire.js";

/** @typedef {import("./runner.js").Runner} Runner */

/** The sheet over an app. @param {Runner} runner */
export const sheetOver = (runner) => new PaySheet({
  text: runner.text,
  call: (method, params) => runner.server.call(method, params),
  back: runner.config.app.name,
  cover: (on) => {
    document.body.classList.toggle("run-paying", on);
    if (runner.frame.element) runner.frame.element.inert = on;
  },
});

/**
 * @param {Runner} runner @param {unknown} named an invoice's id, or its link
 * @returns {Promise<import("./paysheet.js").Outcome>} throws BridgeError when no sheet came up
 */
export async function payFor(runner, named) {
  const invoice = readInvoice(named, location.origin);
  if (!invoice) throw new BridgeError("invalid-params", "Not an invoice of this host.");
  if (!runner.mayAsk()) throw new BridgeError("busy", "A dialog is open, or too many came in a row.", true);
  const outcome = await runner.paysheet.pay(invoice);
  runner.pause.closed(outcome.status);
  return outcome;
}
