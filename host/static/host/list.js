// @ts-check
/** The list of chats: rows in order of the last word, search, the way to more. */

import { digits, icon } from "../ui/ui.js";
import { Refusal, call } from "./api.js";
import { boot, isolate, say } from "./boot.js";
import { arrange, bdi, byId, h } from "./dom.js";
import { chatAvatar, chatTitle, number, personName, preview, stamp } from "./names.js";

/**
 * @typedef {import("./boot.js").Chat} Chat
 * @typedef {import("./store.js").Store} Store
 */

const UNREAD_SHOWN_MAX = 999;
const SEARCH_AFTER_MS = 250;

export class ChatList {
  /**
   * @param {Store} store
   * @param {{open: (id: string) => void, create: () => void, follow: (handle: string) => void}} on
   */
  constructor(store, on) {
    this.store = store;
    this.on = on;
    this.list = byId("chat-list");
    this.below = byId("chat-list-below");
    /** @type {HTMLInputElement} */
    this.search = /** @type {HTMLInputElement} */ (byId("chat-search"));
    /** @type {string | null} */
    this.current = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.searchTimer = undefined;
    /** @type {Map<string, {signature: string, row: HTMLElement}>} */
    this.rows = new Map();
    /** @type {Array<{handle: string, title: string, members_count: number}>} */
    this.channels = [];
    store.addEventListener("chats", () => this.draw());
    store.addEventListener("typing", () => this.draw());
    this.search.addEventListener("input", () => this.#searched());
    this.list.addEventListener("keydown", (event) => this.#key(event));
    setInterval(() => this.draw(), 60000); // «today» becomes «yesterday»
  }

  /** @param {string | null} id */
  mark(id) {
    this.current = id;
    this.draw();
  }

  draw() {
    const words = fold(this.search.value);
    const all = this.store.listed();
    const shown = words ? all.filter((chat) => fold(`${chatTitle(chat)} ${chat.handle ?? ""}`).includes(words)) : all;
    arrange(this.list, shown.map((chat) => this.#row(chat)));
    this.#drawBelow(shown.length, words);
    const unread = this.store.unread();
    document.title = unread ? `(${digits(unread)}) ${say("barnamak")}` : say("barnamak");
  }

  /** @param {Chat} chat @returns {HTMLElement} */
  #row(chat) {
    const typing = this.store.typing.get(chat.id)?.name ?? "";
    const at = stamp(new Date(chat.last_message_at));
    const signature = JSON.stringify([
      chatTitle(chat), chat.last_seq, chat.last_message?.revision, chat.unread, chat.muted, chat.partner?.read_seq,
      typing, at, chat.id === this.current,
    ]);
    const known = this.rows.get(chat.id);
    if (known?.signature === signature) return known.row;
    const link = h("a", {
      class: "row chat-row", href: `/chats/${chat.id}/`, "data-chat": chat.id,
      "aria-current": chat.id === this.current ? "true" : null,
      onclick: (/** @type {MouseEvent} */ event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        this.on.open(chat.id);
      },
    },
    chatAvatar(chat),
    h("span", { class: "row__body" },
      h("span", { class: "row__title" }, chat.kind === "direct" ? null : kindMark(chat), bdi(chatTitle(chat)),
        chat.muted ? mutedMark() : null),
      typing ? h("span", { class: "row__text typing", text: say("typing", { name: isolate(typing) }) }) : this.#last(chat)),
    h("span", { class: "row__end" },
      h("span", { class: "nowrap" }, this.#ticks(chat), at),
      chat.unread ? count(chat) : h("span", { class: "chat-row__no-count" })));
    const row = known?.row ?? h("li");
    const focused = row.contains(document.activeElement);
    row.replaceChildren(link);
    if (focused) link.focus();
    this.rows.set(chat.id, { signature, row });
    return row;
  }

  /** @param {Chat} chat @returns {HTMLElement} */
  #last(chat) {
    const message = chat.last_message;
    if (!message) return h("span", { class: "row__text", text: say("nothing_yet") });
    const text = preview(message);
    const who = message.kind === "service" || chat.kind !== "group" ? "" :
      message.sender?.id === boot.me.id ? say("you") : personName(message.sender);
    return h("span", { class: who ? "row__text chat-row__by" : "row__text", dir: who ? null : "auto" },
      who ? h("span", { class: "chat-row__who" }, bdi(who), ": ") : null, who ? bdi(text) : text);
  }

  /** Whether one's own last word in a direct chat was read. @param {Chat} chat */
  #ticks(chat) {
    const message = chat.last_message;
    if (!chat.partner || !message || message.sender?.id !== boot.me.id) return null;
    const read = chat.partner.read_seq >= message.seq;
    const mark = icon(read ? "check-check" : "check", 16);
    mark.setAttribute("aria-hidden", "false");
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", say(read ? "read" : "sent"));
    mark.classList.add("chat-row__tick");
    return mark;
  }

  /** @param {number} shown @param {string} words */
  #drawBelow(shown, words) {
    const parts = [];
    if (words && this.channels.length) {
      parts.push(h("h2", { class: "list-heading", text: say("public_channels") }),
        h("ul", { class: "list" }, ...this.channels.map((channel) => this.#channelRow(channel))));
    }
    if (!shown && words && !this.channels.length) {
      parts.push(h("p", { class: "list-note", text: say("search_nothing", { text: isolate(this.search.value.trim()) }) }));
    }
    if (!shown && !words) parts.push(this.#empty());
    if (this.store.cursor && !words) {
      parts.push(h("div", { class: "more" }, h("button", {
        type: "button", class: "button button--soft", text: say("more"), onclick: () => void this.#more(),
      })));
    }
    this.below.replaceChildren(...parts);
  }

  /** @param {{handle: string, title: string, members_count: number}} channel */
  #channelRow(channel) {
    return h("li", {}, h("button", {
      type: "button", class: "row", onclick: () => this.on.follow(channel.handle),
    },
    h("span", { class: "avatar", "aria-hidden": "true" }, icon("megaphone")),
    h("span", { class: "row__body" },
      h("span", { class: "row__title" }, bdi(channel.title)),
      h("span", { class: "row__text" }, bdi(`@${channel.handle}`), " · ",
        say("followers_n", { n: number(channel.members_count) })))));
  }

  #empty() {
    return h("div", { class: "empty" },
      h("span", { class: "empty__mark" }, icon("messages-square", 32)),
      h("p", { class: "empty__title", text: say("no_chats_title") }),
      h("p", { class: "empty__text", text: say("no_chats_text") }),
      h("button", { type: "button", class: "button button--primary", text: say("start_chat"), onclick: () => this.on.create() }));
  }

  async #more() {
    const focused = this.below.contains(document.activeElement);
    try {
      await this.store.loadMoreChats();
    } catch (reason) {
      this.below.append(h("p", { class: "list-note", text: reason instanceof Refusal ? reason.sentence : say("load_failed") }));
    }
    if (focused) this.below.querySelector("button")?.focus();
  }

  #searched() {
    this.channels = [];
    this.draw();
    clearTimeout(this.searchTimer);
    const text = this.search.value.trim().replace(/^@/, "");
    if (!/^[A-Za-z][A-Za-z0-9_]+$/.test(text)) return;
    this.searchTimer = setTimeout(async () => {
      const answer = await call("GET", `/channels?q=${encodeURIComponent(text)}`).catch(() => null);
      if (!answer || this.search.value.trim().replace(/^@/, "") !== text) return;
      const mine = new Set([...this.store.chats.values()].map((chat) => chat.handle));
      this.channels = answer.items.filter((/** @type {{handle: string}} */ channel) => !mine.has(channel.handle));
      this.draw();
    }, SEARCH_AFTER_MS);
  }

  /** Arrows walk through the rows. @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const rows = [...this.list.querySelectorAll("a")];
    const at = rows.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
    const next = rows[at + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

/** @param {Chat} chat @returns {SVGSVGElement} */
function kindMark(chat) {
  const mark = icon(chat.kind === "group" ? "users" : "megaphone", 16);
  mark.classList.add("quiet");
  mark.setAttribute("aria-hidden", "false");
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", say(chat.kind));
  return mark;
}

/** @returns {SVGSVGElement} */
function mutedMark() {
  const mark = icon("bell-off", 16);
  mark.classList.add("quiet");
  mark.setAttribute("aria-hidden", "false");
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", say("muted"));
  return mark;
}

/** @param {Chat} chat @returns {HTMLElement} */
function count(chat) {
  const text = chat.unread > UNREAD_SHOWN_MAX ? `${digits(UNREAD_SHOWN_MAX)}+` : digits(chat.unread);
  return h("span", { class: chat.muted ? "count count--muted" : "count" },
    h("span", { "aria-hidden": "true", text }),
    h("span", { class: "visually-hidden", text: say("unread_n", { n: text }) }));
}

/** Two spellings of the same words become equal, as core.text.fold does. @param {string} text @returns {string} */
export function fold(text) {
  return text.normalize("NFKC").toLowerCase()
    .replace(/[يىئ]/g, "ی").replace(/ك/g, "ک").replace(/[ةۀ]/g, "ه").replace(/ؤ/g, "و").replace(/[أإٱآ]/g, "ا")
    .replace(/\u200c/g, " ").replace(/[\u200d\u0640]/g, "")
    .replace(/[۰-۹]/g, (d) => String(d.charCodeAt(0) - 0x06f0)).replace(/[٠-٩]/g, (d) => String(d.charCodeAt(0) - 0x0660))
    .replace(/\p{Mn}/gu, "").replace(/\s+/g, " ").trim();
}
