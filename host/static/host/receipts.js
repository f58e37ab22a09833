// @ts-check
/** The card of a receipt in a chat: what was paid, to whom, and what came back of it. */

import { icon } from "../ui/ui.js";
import { isolate, say } from "./boot.js";
import { bdi, h } from "./dom.js";
import { number } from "./names.js";

const RIALS_PER_TOMAN = 10;

/** @param {number} rials @returns {string} in toman; an odd rial is one decimal */
export function toman(rials) {
  const whole = number(Math.floor(rials / RIALS_PER_TOMAN));
  const odd = rials % RIALS_PER_TOMAN;
  const persian = document.documentElement.lang.startsWith("fa");
  return say("toman", { amount: isolate(odd ? `${whole}${persian ? "\u066b" : "."}${number(odd)}` : whole) });
}

/** @param {Record<string, any>} payload as wallet/receipts.py writes it @returns {HTMLElement} */
export function receiptCard(payload) {
  const amount = Number(payload["amount_rials"]);
  const back = Number(payload["refunded_rials"]);
  const whole = back > 0 && back >= amount;
  const maker = h("p", { class: "receipt-card__to" },
    h("span", { text: say("receipt_to", { maker: isolate(payload["maker"]) }) }),
    payload["verified"] ? icon("badge-check", 16) : null);
  return h("div", { class: "receipt-card" },
    h("p", { class: "receipt-card__head" }, icon("receipt", 16), h("span", { text: say("receipt") }),
      payload["test"] ? h("span", { class: "badge badge--warn", text: say("receipt_test") }) : null,
      h("span", { class: `badge ${whole ? "" : "badge--good"}`, text: say(whole ? "receipt_returned" : "receipt_paid") })),
    bdi(payload["title"], "receipt-card__title"),
    bdi(toman(amount), "receipt-card__amount"),
    maker,
    back > 0 && !whole ? h("p", { class: "receipt-card__back", text: say("receipt_partly", { amount: toman(back) }) }) : null,
    h("a", { class: "button button--soft button--wide", href: `/wallet/payments/${encodeURIComponent(payload["payment"])}/`, text: say("receipt_show") }));
}
