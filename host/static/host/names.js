// @ts-check
/** How chats, people and messages are called in lists and titles. */

import { clock, day, digits, icon } from "../ui/ui.js";
import { boot, isolate, say } from "./boot.js";
import { h } from "./dom.js";

/**
 * @typedef {import("./boot.js").Chat} Chat
 * @typedef {import("./boot.js").Message} Message
 * @typedef {import("./boot.js").Card} Card
 */

const DAY_MS = 86400000;
const TINTS = 8;
const ZWNJ = "\u200c";

/** @param {{name: string} | null} person @returns {string} */
export function personName(person) {
  return person?.name || say("no_name");
}

/** @param {Chat} chat @returns {string} */
export function chatTitle(chat) {
  if (chat.kind !== "direct") return chat.title;
  return chat.is_self ? say("notebook") : personName(chat.partner);
}

/** The colour of a seed: the same as the filter `tint` of the server.
 * @param {string} seed
 * @returns {string}
 */
export function tint(seed) {
  let crc = 0xffffffff;
  for (const byte of new TextEncoder().encode(seed)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return `tint-${((crc ^ 0xffffffff) >>> 0) % TINTS}`;
}

/** @param {string} name @returns {string} up to two first letters that do not join */
export function initials(name) {
  const words = name.replaceAll(ZWNJ, " ").split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return picked.map((word) => [...(word ?? "")][0]?.toUpperCase()).join(ZWNJ) || [...name.trim()][0] || "";
}

/**
 * @param {string} name
 * @param {string} seed
 * @param {"small" | "large" | ""} [size]
 * @param {string} [mark] an icon instead of initials
 * @returns {HTMLElement}
 */
export function avatar(name, seed, size = "", mark) {
  const css = ["avatar", size && `avatar--${size}`, tint(seed)].filter(Boolean).join(" ");
  return h("span", { class: css, "aria-hidden": "true" }, mark ? icon(mark) : initials(name));
}

/** @param {Chat} chat @param {"small" | "large" | ""} [size] */
export function chatAvatar(chat, size = "") {
  const mark = chat.is_self ? "pencil" : undefined;
  return avatar(chatTitle(chat), chat.partner?.id ?? chat.id, size, mark);
}

/** @param {Record<string, any>} app from a menu or a card @param {"small" | "large" | ""} [size] @returns {HTMLElement} */
export function appIcon(app, size = "") {
  const name = appName(app);
  const css = ["app-icon", size && `app-icon--${size}`, tint(app["id"] ?? app["app"] ?? name)].filter(Boolean).join(" ");
  const picture = app["icon"]
    ? h("img", { src: `/icons/${app["icon"]}.png`, alt: "", loading: "lazy" })
    : [...name][0] ?? "";
  return h("span", { class: css, "aria-hidden": "true" }, picture);
}

/** @param {Record<string, any>} app from a menu or a card @returns {string} */
export function appName(app) {
  const english = document.documentElement.lang.startsWith("en");
  return (english && app["name_en"]) || app["name"] || "";
}

/** @param {Message} message @returns {string} a service line as a sentence */
export function serviceText(message) {
  const { event = "", ...names } = message.service ?? {};
  const facts = Object.fromEntries(
    Object.entries(names).map(([key, name]) => [key, isolate(name || say("no_name"))]));
  return event in boot.words ? say(event, facts) : event;
}

/** @param {Message} message @returns {string} one line for the list of chats */
export function preview(message) {
  if (message.kind === "service") return serviceText(message);
  if (message.card) {
    const { kind, payload } = message.card;
    if (kind === "products") return message.text || say("product_n", { n: number(payload["products"]?.length ?? 0) });
    if (kind === "order") return say("order_card", { state: say(`order_state_${payload["state"]}`) });
    if (kind === "receipt") return say("receipt_card", { title: isolate(payload["title"]) });
    return kind === "miniapp" ? say("app_card", { name: isolate(appName(payload)) }) : say("unknown_card");
  }
  return message.text;
}

/** @param {Date} instant @returns {string} the calendar day in Tehran, to compare */
export function dayKey(instant) {
  return instant.toLocaleDateString("en-CA", { timeZone: "Asia/Tehran" });
}

/** @param {Date} instant @returns {string} today, yesterday, the weekday of this week, else the date */
export function dayLabel(instant) {
  const now = new Date();
  const past = Math.round((Date.parse(dayKey(now)) - Date.parse(dayKey(instant))) / DAY_MS);
  if (past <= 0) return say("today");
  if (past === 1) return say("yesterday");
  if (past < 7) {
    const { lang } = document.documentElement;
    return instant.toLocaleDateString(lang, { weekday: "long", timeZone: "Asia/Tehran" });
  }
  return day(instant);
}

/** @param {Date} instant @returns {string} the time today, else the day */
export function stamp(instant) {
  return dayKey(instant) === dayKey(new Date()) ? clock(instant) : dayLabel(instant);
}

/** @param {number} count @returns {string} with separators, in the page's digits */
export function number(count) {
  const persian = document.documentElement.lang.startsWith("fa");
  const text = count.toLocaleString("en-US");
  return digits(persian ? text.replaceAll(",", "\u066c") : text);
}
