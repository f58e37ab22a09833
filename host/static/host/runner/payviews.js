// What the payment sheet is made of: who is paid, for what, how much, and how it ended.
import { el, icon } from "./dom.js";

/** @typedef {import("./paysheet.js").PaySheet} PaySheet */

/** @param {PaySheet} sheet */
const testBadge = ({ facts, text }) =>
  facts.test ? el("span", { class: "badge badge--warn", "data-pay": "test", text: text("pay_test") }) : null;

/** @param {PaySheet} sheet */
const seller = ({ facts, text }) =>
  el("p", { class: "pay-seller" }, el("bdi", { text: facts.maker.name }),
    facts.maker.verified
      ? el("span", { class: "verified", role: "img", "aria-label": text("pay_verified"), title: text("pay_verified") }, icon("badge-check"))
      : null);

/** @param {PaySheet} sheet */
const amount = ({ facts }) =>
  el("p", { class: "pay-amount" }, el("bdi", { class: "pay-toman", text: facts.amount }),
    el("bdi", { class: "pay-rials", text: facts.amount_in_rials }));

/** @param {PaySheet} sheet */
function lines({ facts }) {
  if (!facts.lines.length) return null;
  return el("ul", { class: "pay-lines" }, ...facts.lines.map((/** @type {any} */ line) =>
    el("li", {}, el("bdi", { text: line.label }), el("bdi", { text: line.amount }))));
}

/** @param {string} name @param {Node} value */
const fact = (name, value) => el("div", {}, el("dt", { text: name }), el("dd", {}, value));

/** @param {string} words @returns {Node} */
const plain = (words) => el("span", { text: words });

/**
 * @param {PaySheet} sheet @param {{short?: boolean}} [options] `short` while something else is asked
 * @returns {Node[]}
 */
export function factsView(sheet, { short = false } = {}) {
  const { facts, text } = sheet;
  const head = el("header", { class: "pay-head" },
    el("h2", { id: "pay-name", text: text("pay_heading") }), testBadge(sheet));
  const top = [head, amount(sheet), el("div", { class: "pay-to" }, el("span", { class: "pay-quiet", text: text("pay_to") }), seller(sheet))];
  if (short) return top;
  const warning = facts.maker.verified ? null : el("p", { class: "notice notice--warn pay-warning" }, icon("triangle-alert"), plain(text("pay_unverified")));
  const next = text(facts.asks_first ? "pay_next_asked" : "pay_next_now");
  const rows = el("dl", { class: "pay-facts" },
    fact(text("pay_from"), plain(text(facts.test ? "pay_test_balance" : "pay_balance", { amount: facts.balance }))),
    fact(text("pay_next"), plain(facts.test ? `${text("pay_test_note")}` : next)));
  const what = el("div", { class: "pay-what" },
    el("p", { class: "pay-title", dir: "auto", text: facts.title }),
    facts.about ? el("p", { class: "pay-quiet", dir: "auto", text: facts.about }) : null,
    facts.for_you ? el("p", { class: "pay-quiet", text: text("pay_for_you") }) : null,
    lines(sheet));
  return [...top, ...(warning ? [warning] : []), what, rows];
}

/** @param {string} mark @param {string} tone @param {string} title @param {...(Node | null)} more @returns {Node[]} */
const ending = (mark, tone, title, ...more) => [
  el("div", { class: "pay-end", "data-tone": tone, role: "status" }, icon(mark), el("h2", { id: "pay-name", text: title }), ...more),
];

/** @param {PaySheet} sheet @param {any} receipt @param {boolean} before it was paid earlier @returns {Node[]} */
export function paidView(sheet, receipt, before) {
  const { facts, text } = sheet;
  return ending("circle-check", "good", text(before ? "pay_already" : "pay_paid"), testBadge(sheet), amount(sheet), seller(sheet),
    el("p", { class: "pay-title", dir: "auto", text: facts.title }),
    el("dl", { class: "pay-facts" },
      fact(text("pay_receipt"), el("bdi", { class: "pay-number", dir: "ltr", text: receipt.payment }))),
    el("a", { class: "pay-link", href: receipt.url, target: "_blank", rel: "noopener", text: text("pay_show_receipt") }));
}

/** @param {PaySheet} sheet @param {any} done with a reason, the seller's own or ours @returns {Node[]} */
export function failedView({ text }, { reason, by_seller }) {
  const words = by_seller
    ? [el("p", { class: "pay-quiet", text: text("pay_seller_says") }),
      el("blockquote", { class: "pay-reason", dir: "auto", text: reason })]
    : [el("p", { text: reason })];
  return ending("circle-x", "bad", text("pay_failed"), ...words,
    el("p", { text: text("pay_not_taken") }));
}

/** @param {PaySheet} sheet @param {string} key of the title @param {string} words @returns {Node[]} */
export function closedView({ text }, key, words) {
  return ending("hourglass", "", text(key), el("p", { text: words }));
}
