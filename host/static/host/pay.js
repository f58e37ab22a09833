// @ts-check
/** The page of one invoice: the payment sheet over it, the same as over a mini-app. */

import { wording } from "./runner/dom.js";
import { PaySheet } from "./runner/paysheet.js";
import { Server } from "./runner/server.js";

/** @param {string} id */
const given = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");
const config = given("pay-config");
const server = new Server({ url: config.call_url, csrf: config.csrf_token, onEnded: () => {} });
const sheet = new PaySheet({ text: wording(given("pay-strings")), call: (method, params) => server.call(method, params) });
const opener = document.getElementById("pay-open");

async function open() {
  if (sheet.open) return;
  const failed = document.getElementById("pay-failed");
  if (failed) failed.hidden = true;
  try {
    const { status, payment } = await sheet.pay(config.invoice);
    if (status === "paid") location.assign(`/wallet/payments/${payment}/`);
    else if (status === "failed") location.reload();
  } catch {
    if (failed) failed.hidden = false;
  }
}

opener?.addEventListener("click", () => void open());
if (opener) void open();
