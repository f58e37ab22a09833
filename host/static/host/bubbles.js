// @ts-check
/** One message as an element: a bubble, a service line, a card, a day. */

import { clock, icon } from "../ui/ui.js";
import { say } from "./boot.js";
import { bdi, h } from "./dom.js";
import { appIcon, appName, avatar, dayLabel, personName, serviceText } from "./names.js";
import { orderCard } from "./ordercard.js";
import { productCards } from "./products.js";
import { receiptCard } from "./receipts.js";

/**
 * @typedef {import("./boot.js").Message} Message
 * @typedef {import("./boot.js").Chat} Chat
 * @typedef {import("./outbox.js").Entry} Entry
 * @typedef {{openApp: (card: Record<string, any>) => void, again: (id: string) => void, discard: (id: string) => void}} On
 * @typedef {{own: boolean, first: boolean, last: boolean, read: boolean}} Place
 */

const LINK = /https?:\/\/[^\s<>"'«»\u200c\u2066-\u2069]+[^\s<>"'«».,!?؟،؛:)\]\u200c\u2066-\u2069]/gu;

/** @param {string} text @returns {Array<Node | string>} the text with its addresses as links */
export function linked(text) {
  /** @type {Array<Node | string>} */
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(at, found.index));
    parts.push(h("a", {
      href: found[0], target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr", text: found[0],
    }));
    at = found.index + found[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}

/** @param {Date} instant @returns {HTMLElement} */
export function dayLine(instant) {
  return h("li", { class: "service service--day", text: dayLabel(instant) });
}

/** @returns {HTMLElement} */
export function unreadLine() {
  return h("li", { class: "service service--unread", id: "unread-line", text: say("new_messages") });
}

/** @param {Message} message @returns {HTMLElement} */
export function serviceLine(message) {
  return h("li", { class: "service", "data-seq": message.seq, text: serviceText(message) });
}

/**
 * @param {Message} message
 * @param {Chat} chat
 * @param {Place} place
 * @param {On} on
 * @returns {HTMLElement}
 */
export function bubble(message, chat, { own, first, last, read }, on) {
  const named = chat.kind === "group" && !own && first;
  const name = personName(message.sender);
  const post = chat.kind === "channel";
  const content = message.card?.kind === "products" ? shopPost(message, message.card) : message.card ? card(message.card, on) : h("p", { class: "bubble__text", dir: "auto" }, ...linked(message.text));
  const foot = h("span", { class: "bubble__foot" },
    h("time", { datetime: message.sent_at, text: clock(new Date(message.sent_at)) }),
    own && !post ? state(read && chat.kind === "direct" ? "read" : "sent") : null);
  const css = classes("message", {
    "message--own": own && !post, "message--first": first, "message--last": last,
  });
  return h("li", { class: css, "data-seq": message.seq },
    chat.kind === "group" && !own ? h("span", { class: "message__avatar" },
      last ? avatar(name, message.sender?.id ?? "", "small") : null) : null,
    h(post ? "article" : "div", { class: post ? "bubble bubble--post" : "bubble" },
      named ? bdi(name, "bubble__sender") : own ? h("span", { class: "visually-hidden", text: `${say("you")}: ` }) : null,
      content, foot));
}

/**
 * @param {Entry} entry
 * @param {On} on
 * @returns {HTMLElement}
 */
export function waiting(entry, on) {
  const failed = entry.failed !== null;
  return h("li", { class: classes("message message--own message--last", { "message--pending": !failed, "message--failed": failed }) },
    h("div", { class: "bubble-stack" },
      h("div", { class: "bubble" },
        h("p", { class: "bubble__text", dir: "auto" }, ...linked(entry.text)),
        h("span", { class: "bubble__foot" },
          h("time", { datetime: entry.at, text: clock(new Date(entry.at)) }), state(failed ? "not_sent" : "sending"))),
      failed ? h("div", { class: "message__failed", role: "alert" },
        h("span", { text: entry.failed ?? say("not_sent") }),
        h("button", { type: "button", class: "button button--small button--quiet", text: say("send_again"), onclick: () => on.again(entry.client_id) }),
        h("button", { type: "button", class: "button button--small button--quiet-danger", text: say("discard"), onclick: () => on.discard(entry.client_id) }))
        : null));
}

const STATES = /** @type {const} */ ({ sending: "clock", sent: "check", read: "check-check", not_sent: "circle-alert" });

/** @param {keyof typeof STATES} name @returns {SVGSVGElement} */
function state(name) {
  const mark = icon(STATES[name], 16);
  mark.setAttribute("aria-hidden", "false");
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", say(name));
  return mark;
}

/** A shop's post: its words, then its products. @param {Message} message @param {import("./boot.js").Card} found @returns {HTMLElement} */
function shopPost({ text }, { payload }) {
  return h("div", {},
    text ? h("p", { class: "bubble__text", dir: "auto" }, ...linked(text)) : null,
    payload["products"]?.length ? productCards(payload) : null);
}

/** @param {import("./boot.js").Card} found @param {On} on @returns {HTMLElement} */
function card({ kind, payload }, on) {
  if (kind === "receipt") return receiptCard(payload);
  if (kind === "order") return orderCard(payload);
  if (kind !== "miniapp") return h("p", { class: "bubble__text", text: say("unknown_card") });
  const name = appName(payload);
  return h("div", { class: "app-card" },
    h("div", { class: "app-card__head" }, appIcon(payload),
      h("div", { class: "grow" }, bdi(name, "app-card__name"))),
    payload["text"] ? h("p", { class: "app-card__text", dir: "auto", text: payload["text"] }) : null,
    h("button", {
      type: "button", class: "button button--soft button--wide", "data-app": payload["app"],
      onclick: () => on.openApp(payload),
    }, h("span", { dir: "auto", text: payload["button"] || say("open") }), h("span", { class: "visually-hidden", text: ` ${name}` })));
}

/** @param {string} always @param {Record<string, boolean>} sometimes @returns {string} */
function classes(always, sometimes) {
  return [always, ...Object.keys(sometimes).filter((name) => sometimes[name])].join(" ");
}
