// @ts-check
/** One open chat: its bar, its messages with history on scrolling, its composer. */

import { digits, icon } from "../ui/ui.js";
import { Refusal } from "./api.js";
import { boot, isolate, say } from "./boot.js";
import { bubble, dayLine, serviceLine, unreadLine, waiting } from "./bubbles.js";
import { Composer } from "./composer.js";
import { arrange, bdi, h } from "./dom.js";
import { chatAvatar, chatTitle, dayKey, number } from "./names.js";

/**
 * @typedef {import("./boot.js").Chat} Chat
 * @typedef {import("./boot.js").Message} Message
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./outbox.js").Outbox} Outbox
 * @typedef {import("./live.js").Live} Live
 */

const NEAR_END_PX = 96;
const READ_AFTER_MS = 300;
const RUN_OF_ONE_SENDER_MS = 600000;

export class Conversation {
  /**
   * @param {string} id
   * @param {{store: Store, outbox: Outbox, live: Live}} parts
   * @param {{back: () => void, info: (id: string) => void, apps: (id: string) => void,
   *   openApp: (card: Record<string, any>) => void}} on
   */
  constructor(id, { store, outbox, live }, on) {
    this.id = id;
    this.store = store;
    this.outbox = outbox;
    this.live = live;
    this.on = on;
    /** Where the unread begin; it stays while the chat is open. */
    this.unreadFrom = 0;
    /** @type {Map<string, {signature: string, node: HTMLElement}>} */
    this.nodes = new Map();
    this.first = true;
    this.stop = new AbortController();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.readTimer = undefined;
    /** The oldest number that was drawn last. @type {number | undefined} */
    this.drawnFrom = undefined;
    this.bar = h("header", { class: "app-bar" });
    this.list = h("ol", { class: "messages" });
    this.sentinel = h("div", { class: "history-mark", "aria-hidden": "true" });
    this.history = h("div", { class: "history" }, this.sentinel);
    this.toEnd = h("button", {
      type: "button", class: "icon-button to-end", hidden: true, "aria-label": say("to_end"), title: say("to_end"),
      onclick: () => this.#scrollToEnd("smooth"),
    }, icon("arrow-down"));
    this.wall = h("div", {
      class: "wall", tabindex: "0", role: "log", "aria-label": say("chats"), "aria-relevant": "additions",
      onscroll: () => this.#scrolled(),
    }, this.history, this.list, this.toEnd);
    this.composer = new Composer({
      send: (text) => {
        this.outbox.add(this.id, text);
        this.#scrollToEnd();
      },
      typing: () => void this.live.send({ do: "typing", chat: this.id }),
      apps: () => this.on.apps(this.id),
    });
    this.elements = [this.bar, this.wall, this.composer.element];
    this.watcher = new IntersectionObserver((seen) => {
      if (seen.some((entry) => entry.isIntersecting)) void this.#older();
    }, { root: this.wall, rootMargin: "600px 0px 0px 0px" });
    const { signal } = this.stop;
    const mine = (/** @type {(event: CustomEvent<string>) => void} */ act) => (/** @type {Event} */ event) => {
      if (event instanceof CustomEvent && event.detail === id) act(event);
    };
    store.addEventListener("messages", mine(() => this.draw()), { signal });
    store.addEventListener("chats", mine(() => this.drawBar()), { signal });
    store.addEventListener("typing", mine(() => this.drawBar()), { signal });
    outbox.addEventListener("change", mine(() => this.draw({ toEnd: this.#nearEnd() })), { signal });
    document.addEventListener("visibilitychange", () => this.#readSoon(), { signal });
    live.addEventListener("hello", () => this.#readSoon(), { signal });
  }

  /** @returns {Chat} */
  get chat() {
    const chat = this.store.chats.get(this.id);
    if (!chat) throw new Error("the chat is gone");
    return chat;
  }

  /** Show the chat. @param {HTMLElement} pane */
  async show(pane) {
    pane.replaceChildren(...this.elements);
    if (this.store.chats.has(this.id)) this.drawBar();
    else this.list.append(...skeleton());
    try {
      if (!this.store.chats.has(this.id)) await this.store.load(this.id);
      this.drawBar();
      if (!this.store.talks.has(this.id)) this.list.replaceChildren(...skeleton());
      await this.store.talk(this.id);
    } catch (reason) {
      this.#failed(reason, pane);
      return;
    }
    const { unread, read_seq: readSeq } = this.chat;
    this.unreadFrom = unread ? readSeq + 1 : 0;
    this.list.replaceChildren();
    this.draw();
    if (!this.#showUnread()) this.#scrollToEnd();
    this.first = false;
    this.watcher.observe(this.sentinel);
    this.#readSoon();
    if (matchMedia("(hover: hover)").matches) this.composer.focus();
    else this.wall.focus({ preventScroll: true });
  }

  close() {
    this.stop.abort();
    this.watcher.disconnect();
    this.composer.keepDraft(this.id);
  }

  /** @param {unknown} reason @param {HTMLElement} pane */
  #failed(reason, pane) {
    const gone = reason instanceof Refusal;
    this.list.replaceChildren();
    this.history.replaceChildren(h("div", { class: "empty empty--bad", role: "alert" },
      h("span", { class: "empty__mark" }, icon(gone ? "search" : "wifi-off", 32)),
      h("p", { class: "empty__title", text: gone ? reason.problem.title : say("load_failed") }),
      gone ? h("p", { class: "empty__text", text: reason.problem.remedy ?? "" }) : null,
      h("div", { class: "button-row" },
        gone ? null : h("button", { type: "button", class: "button button--primary", text: say("retry"), onclick: () => {
          this.history.replaceChildren(this.sentinel);
          void this.show(pane);
        } }),
        h("button", { type: "button", class: "button", text: say("back"), onclick: () => this.on.back() })),
      gone ? h("p", { class: "empty__code", text: say("code", { code: reason.problem.code }) }) : null));
  }

  // --- the bar ----------------------------------------------------------------------------------

  drawBar() {
    const chat = this.store.chats.get(this.id);
    if (!chat) return;
    const typing = this.store.typing.get(this.id);
    const about = typing ? h("span", { class: "app-bar__text typing", text: say("typing", { name: isolate(typing.name) }) })
      : barText(chat);
    const focused = this.bar.contains(document.activeElement) ? document.activeElement?.getAttribute("data-key") : null;
    this.bar.replaceChildren(
      h("h2", { class: "visually-hidden", text: chatTitle(chat) }),
      h("button", {
        type: "button", class: "icon-button chat-back", "data-key": "back", "aria-label": say("back"), title: say("back"),
        onclick: () => this.on.back(),
      }, icon("arrow-left")),
      h("button", {
        type: "button", class: "app-bar__person bar-person", "data-key": "info", "aria-label": `${chatTitle(chat)}, ${say("info")}`,
        onclick: () => this.on.info(this.id),
      },
      chatAvatar(chat, "small"),
      h("span", { class: "grow" }, h("span", { class: "bar-person__name" }, bdi(chatTitle(chat))), about)),
      h("button", {
        type: "button", class: "icon-button", "data-key": "apps", "aria-label": say("apps"), title: say("apps"),
        onclick: () => this.on.apps(this.id),
      }, icon("layout-grid")));
    if (focused) /** @type {HTMLElement | null} */ (this.bar.querySelector(`[data-key="${focused}"]`))?.focus();
    this.wall.setAttribute("aria-label", chatTitle(chat));
    this.composer.allow(chat.can_write, chat.kind === "channel");
    if (!this.composer.opened) this.composer.restoreDraft(this.id);
  }

  // --- messages ---------------------------------------------------------------------------------

  /** @param {{toEnd?: boolean}} [wish] */
  draw({ toEnd = false } = {}) {
    const talk = this.store.talks.get(this.id);
    const chat = this.store.chats.get(this.id);
    if (!talk || !chat) return;
    const stay = toEnd || this.#nearEnd();
    const fromEnd = this.wall.scrollHeight - this.wall.scrollTop;
    const messages = [...talk.messages.values()]
      .filter((message) => message.seq >= talk.oldest && message.seq <= talk.newest)
      .sort((a, b) => a.seq - b.seq);
    const before = this.drawnFrom ?? talk.oldest;
    arrange(this.list, this.#items(chat, messages));
    this.history.classList.toggle("history--more", talk.more);
    this.#drawBeginning(chat, talk.more, messages.length);
    if (talk.oldest < before) this.wall.scrollTop = this.wall.scrollHeight - fromEnd;
    else if (stay && !this.first) this.#scrollToEnd();
    this.drawnFrom = talk.oldest;
    this.#scrolled();
    this.#readSoon();
  }

  /** @param {Chat} chat @param {Message[]} messages @returns {HTMLElement[]} */
  #items(chat, messages) {
    /** @type {HTMLElement[]} */
    const items = [];
    const kept = new Map();
    const take = (/** @type {string} */ key, /** @type {string} */ signature, /** @type {() => HTMLElement} */ make) => {
      const known = this.nodes.get(key);
      const node = known?.signature === signature ? known.node : make();
      kept.set(key, { signature, node });
      items.push(node);
    };
    const today = dayKey(new Date());
    messages.forEach((message, at) => {
      const sentAt = new Date(message.sent_at);
      const previous = messages[at - 1];
      const next = messages[at + 1];
      const newDay = !previous || dayKey(new Date(previous.sent_at)) !== dayKey(sentAt);
      if (newDay) take(`day ${dayKey(sentAt)}`, today, () => dayLine(sentAt));
      if (message.seq === this.unreadFrom) take("unread", "", unreadLine);
      if (message.kind === "service") {
        take(`seq ${message.seq}`, "", () => serviceLine(message));
        return;
      }
      const place = {
        own: message.sender?.id === boot.me.id,
        first: newDay || !sameRun(previous, message) || message.seq === this.unreadFrom,
        last: !next || !sameRun(message, next) || dayKey(new Date(next.sent_at)) !== dayKey(sentAt),
        read: (chat.partner?.read_seq ?? 0) >= message.seq,
      };
      const signature = JSON.stringify([message.revision, place, message.sender?.name]);
      take(`seq ${message.seq}`, signature, () => bubble(message, chat, place, {
        openApp: this.on.openApp, again: () => {}, discard: () => {},
      }));
    });
    const told = new Set(messages.map((message) => message.client_id));
    for (const entry of this.outbox.of(this.id)) {
      if (told.has(entry.client_id)) continue;
      take(`out ${entry.client_id}`, String(entry.failed), () => waiting(entry, {
        openApp: () => {}, again: (id) => this.outbox.again(id), discard: (id) => this.outbox.drop(id),
      }));
    }
    this.nodes = kept;
    return items;
  }

  /** @param {Chat} chat @param {boolean} more @param {number} known */
  #drawBeginning(chat, more, known) {
    const said = known > 0 || this.outbox.of(this.id).length > 0;
    const words = chat.is_self ? say("first_line_self") : say(`first_line_${chat.kind}`);
    const note = more || said ? [] : [h("p", { class: "service history__first", text: words })];
    this.history.replaceChildren(this.sentinel, ...note);
  }

  async #older() {
    if (!this.store.talks.get(this.id)?.more) return;
    try {
      await this.store.older(this.id);
      // The mark may still be in sight; the observer tells only about changes.
      this.watcher.unobserve(this.sentinel);
      this.watcher.observe(this.sentinel);
    } catch {
      this.history.replaceChildren(this.sentinel, h("button", {
        type: "button", class: "button button--small", text: say("retry"), onclick: () => void this.#older(),
      }));
    }
  }

  // --- scrolling and reading --------------------------------------------------------------------

  #nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.wall;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  /** @param {ScrollBehavior} [behavior] */
  #scrollToEnd(behavior = "instant") {
    this.wall.scrollTo({ top: this.wall.scrollHeight, behavior });
  }

  /** @returns {boolean} whether there are unread messages to show first */
  #showUnread() {
    const line = this.list.querySelector("#unread-line");
    if (!line) return false;
    this.wall.scrollTop += line.getBoundingClientRect().top - this.wall.getBoundingClientRect().top - 64;
    return true;
  }

  #scrolled() {
    const near = this.#nearEnd();
    this.toEnd.hidden = near;
    const unread = this.store.chats.get(this.id)?.unread ?? 0;
    this.toEnd.replaceChildren(icon("arrow-down"), ...(unread && !near ? [h("span", { class: "count", text: digits(unread) })] : []));
    if (near) this.#readSoon();
  }

  /** Tell that what stands before the eyes was read. */
  #readSoon() {
    clearTimeout(this.readTimer);
    this.readTimer = setTimeout(() => {
      const talk = this.store.talks.get(this.id);
      const chat = this.store.chats.get(this.id);
      if (!talk || !chat || document.hidden || !this.#nearEnd() || this.stop.signal.aborted) return;
      if (!this.wall.checkVisibility() || talk.newest <= chat.read_seq) return;
      if (this.live.send({ do: "read", chat: this.id, seq: talk.newest })) this.store.readUpTo(this.id, talk.newest);
    }, READ_AFTER_MS);
  }
}

/** @param {Message | undefined} a @param {Message} b */
function sameRun(a, b) {
  if (!a || a.kind === "service" || b.kind === "service") return false;
  return a.sender?.id === b.sender?.id && Date.parse(b.sent_at) - Date.parse(a.sent_at) < RUN_OF_ONE_SENDER_MS;
}

/** @param {Chat} chat @returns {HTMLElement | null} */
function barText(chat) {
  if (chat.kind === "direct") return null;
  const key = chat.kind === "group" ? "members_n" : "followers_n";
  return h("span", { class: "app-bar__text", text: say(key, { n: number(chat.members_count) }) });
}

/** @returns {HTMLElement[]} */
function skeleton() {
  return [40, 60, 30, 55].map((width, at) => h("li", {
    class: at % 2 ? "message message--own" : "message", "aria-hidden": "true",
  }, h("div", { class: `skeleton skeleton--bubble skeleton--bubble-${width}` })));
}
