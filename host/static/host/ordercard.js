// @ts-check
/** The card of an order in the chat of buyer and shop: where it stands and what one may do now. */

import { clock, csrfToken, day, digits, icon, toast } from "../ui/ui.js";
import { boot, isolate, say } from "./boot.js";
import { bdi, h } from "./dom.js";
import { toman } from "./receipts.js";

const TIMEOUT_MS = 15000;
/** Steps that need no word; the others are taken on the order's page. */
const AT_ONCE = new Set(["accept", "pack", "arrive", "confirm", "withdraw"]);
/** @type {Record<string, [string, string]>} the tone of a state's badge and its icon, as storefront/orders/words.py */
const LOOKS = {
  placed: ["warn", "clock"], accepted: ["accent", "check"], packed: ["accent", "package"],
  shipped: ["info", "send"], delivered: ["info", "map-pin"], completed: ["good", "package-check"],
  settled: ["good", "check-check"], disputed: ["bad", "scale"], refunded: ["", "undo-2"],
  cancelled: ["", "x"], rejected: ["", "package-x"], expired: ["", "hourglass"],
};

/** @param {Record<string, any>} payload as storefront/orders/card.py writes it @returns {HTMLElement} */
export function orderCard(payload) {
  const state = String(payload["state"]);
  const side = payload["buyer"] === boot.me.id ? "buyer" : "shop";
  const page = `/orders/${encodeURIComponent(payload["order"])}/`;
  /** @type {string[]} */
  const may = payload[`${side}_may`] ?? [];
  const [tone, mark] = LOOKS[state] ?? ["", "package"];
  const box = h("div", { class: "order-card", "data-order": payload["order"], "data-state": state },
    h("p", { class: "order-card__head" }, icon("package", 16), h("span", { text: say("order") }),
      h("span", { class: `badge ${tone ? `badge--${tone}` : ""}` }, icon(mark, 16), h("span", { text: say(`order_state_${state}`) }))),
    bdi(payload["shop_title"], "order-card__title"),
    lines(payload),
    bdi(toman(Number(payload["total_rials"])), "order-card__amount"),
    payload["payment"] === "cash" ? h("p", { class: "order-card__note", text: say("order_cash") }) : null,
    payload["tracking"] ? h("p", { class: "order-card__note", text: say("order_tracking", { code: isolate(payload["tracking"]) }) }) : null,
    payload["reason"] ? h("p", { class: "order-card__note" }, bdi(payload["reason"])) : null,
    due(payload, state));
  for (const event of may) {
    if (AT_ONCE.has(event)) box.append(stepButton(page, event));
  }
  box.append(h("a", {
    class: "button button--soft button--wide", href: page,
    text: say(side === "shop" && may.includes("ship") ? "order_send" : "order_show"),
  }));
  return box;
}

/** @param {Record<string, any>} payload @returns {HTMLElement} */
function lines(payload) {
  const more = Number(payload["more"]);
  return h("ul", { class: "order-card__lines" },
    ...payload["lines"].map((/** @type {any} */ line) => h("li", {},
      bdi(line.title), h("span", { text: ` × ${digits(line.quantity)}` }))),
    more > 0 ? h("li", { text: say("order_more", { n: digits(more) }) }) : null);
}

/** @param {Record<string, any>} payload @param {string} state @returns {HTMLElement | null} */
function due(payload, state) {
  const words = { placed: "order_due_placed", shipped: "order_due_assumed", delivered: "order_due_assumed" }[state];
  if (!words || !payload["due_at"]) return null;
  const at = new Date(payload["due_at"]);
  return h("p", { class: "order-card__note", text: say(words, { time: isolate(`${day(at)}، ${clock(at)}`) }) });
}

/** @param {string} page @param {string} event @returns {HTMLElement} */
function stepButton(page, event) {
  const button = h("button", { type: "button", class: "button button--primary button--wide", "data-step": event, text: say(`order_do_${event}`) });
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    button.setAttribute("disabled", "");
    const failed = await refused(`${page}steps/${event}/`);
    // What was done comes back as the card drawn anew; only a refusal leaves this one standing.
    button.removeAttribute("aria-busy");
    if (failed === null) return;
    button.removeAttribute("disabled");
    toast(failed, { stay: true });
  });
  return button;
}

/** Take a step. @param {string} path @returns {Promise<string | null>} why not, or null when it was done */
async function refused(path) {
  try {
    const answer = await fetch(path, {
      method: "POST", credentials: "same-origin", redirect: "error",
      headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.ok) return null;
    const problem = await answer.json();
    return [problem.title, problem.remedy].filter(Boolean).join(" — ");
  } catch {
    return say("failed");
  }
}
