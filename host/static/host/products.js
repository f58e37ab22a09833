// @ts-check
/**
 * The cards of products in a shop's post. The message names them only; what they cost and whether
 * they can be had is asked for everything on the screen at once, and again when one comes back.
 */

import { icon } from "../ui/ui.js";
import { call } from "./api.js";
import { isolate, say } from "./boot.js";
import { h } from "./dom.js";
import { number } from "./names.js";
import { toman } from "./receipts.js";

const TOGETHER_MS = 60; // so long we gather what is asked for at once
const FRESH_MS = 5000; // so long an answer is shown again as it is
const ASKED_MAX = 50;
const RIALS_PER_PERCENT = 100;

/**
 * @typedef {{id: string, state: "sold" | "out" | "archived" | "gone", title: string, picture: string,
 *   price_rials: number | null, varies: boolean, compare_rials: number | null, left: number | null,
 *   path: string}} Shown
 */

/** @type {Map<string, {at: number, shown: Shown}>} */
const known = new Map();
/** @type {Map<string, Set<string>>} by product, the posts it was seen in */
const wanted = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {Record<string, any>} payload @returns {HTMLElement} */
export function productCards(payload) {
  const ids = /** @type {string[]} */ (payload["products"] ?? []);
  const list = h("ul", { class: ids.length > 1 ? "product-cards product-cards--row" : "product-cards" },
    ...ids.map((id) => {
      const place = h("li", { "data-product": id, "data-post": payload["post"], "aria-busy": "true" });
      const found = known.get(id);
      if (found) draw(place, found.shown);
      else place.append(h("div", { class: "product-card product-card--waiting", "aria-hidden": "true" }));
      ask(id, payload["post"]);
      return place;
    }));
  if (ids.length > 1) list.setAttribute("aria-label", say("product_n", { n: number(ids.length) }));
  return list;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const place of places()) ask(place.dataset["product"] ?? "", place.dataset["post"] ?? "");
});

/** @returns {HTMLElement[]} */
function places() {
  return [...document.querySelectorAll("[data-product]")].filter((one) => one instanceof HTMLElement);
}

/** @param {string} id @param {string} post */
function ask(id, post) {
  const found = known.get(id);
  if (found && Date.now() - found.at < FRESH_MS) return;
  const posts = wanted.get(id) ?? new Set();
  wanted.set(id, posts.add(post));
  timer ??= setTimeout(() => void fetchAll(), TOGETHER_MS);
}

async function fetchAll() {
  timer = undefined;
  const asked = [...wanted.keys()].slice(0, ASKED_MAX);
  const posts = new Set(asked.flatMap((id) => [...(wanted.get(id) ?? [])]).slice(0, ASKED_MAX));
  for (const id of asked) wanted.delete(id);
  if (wanted.size) timer = setTimeout(() => void fetchAll(), TOGETHER_MS);
  try {
    const answer = await call("GET", `/products/shown?ids=${asked.join(",")}&posts=${[...posts].join(",")}`);
    for (const shown of /** @type {Shown[]} */ (answer.items)) {
      known.set(shown.id, { at: Date.now(), shown });
      for (const place of places()) if (place.dataset["product"] === shown.id) draw(place, shown);
    }
  } catch {
    for (const place of places()) if (asked.includes(place.dataset["product"] ?? "")) failed(place);
  }
}

/** @param {HTMLElement} place */
function failed(place) {
  if (known.has(place.dataset["product"] ?? "")) return;
  place.removeAttribute("aria-busy");
  place.replaceChildren(h("div", { class: "product-card product-card--gone" },
    h("span", { text: say("load_failed") }),
    h("button", {
      type: "button", class: "button button--small button--quiet", text: say("retry"),
      onclick: () => ask(place.dataset["product"] ?? "", place.dataset["post"] ?? ""),
    })));
}

/** @param {HTMLElement} place @param {Shown} shown */
function draw(place, shown) {
  place.removeAttribute("aria-busy");
  if (shown.state === "gone" || shown.state === "archived") {
    place.replaceChildren(h("div", { class: "product-card product-card--gone" },
      icon("package", 20),
      shown.title ? h("bdi", { class: "product-card__title", text: shown.title }) : null,
      h("span", { class: "small quiet", text: say("product_gone") })));
    return;
  }
  place.replaceChildren(h("a", { class: "product-card", href: shown.path },
    h("span", { class: "product-card__picture" },
      shown.picture
        ? h("img", { src: `/pictures/${shown.picture}-small.webp`, alt: "", loading: "lazy", width: 160, height: 160 })
        : icon("package", 32)),
    h("bdi", { class: "product-card__title", text: shown.title }),
    price(shown), stock(shown)));
}

/** @param {Shown} shown @returns {HTMLElement} */
function price({ price_rials: rials, compare_rials: before, varies }) {
  const now = toman(rials ?? 0);
  if (!before || !rials || before <= rials) {
    return h("span", { class: "product-card__price" },
      h("bdi", { text: varies ? say("product_from", { amount: now }) : now }));
  }
  const off = Math.round((1 - rials / before) * RIALS_PER_PERCENT);
  return h("span", { class: "product-card__price" },
    h("bdi", { text: varies ? say("product_from", { amount: now }) : now }),
    h("s", {}, h("span", { class: "visually-hidden", text: `${say("product_before")} ` }), h("bdi", { text: toman(before) })),
    off > 0 ? h("span", { class: "badge badge--good", text: say("product_off", { n: isolate(number(off)) }) }) : null);
}

/** @param {Shown} shown @returns {HTMLElement} */
function stock({ state, left }) {
  if (state === "out") return h("span", { class: "badge badge--bad", text: say("product_out") });
  if (left !== null) return h("span", { class: "badge badge--warn", text: say("product_left", { n: number(left) }) });
  return h("span", { class: "badge", text: say("product_in_stock") });
}
