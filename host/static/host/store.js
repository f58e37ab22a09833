// @ts-check
/**
 * What this page knows: chats and the messages of the chats it has shown. News from the socket and pages
 * from the API come in; what was missed is fetched by number. A message counts once, by chat and number.
 */

import { Refusal, call } from "./api.js";

const CATCH_UP_PAGE = 200;

/**
 * @typedef {import("./boot.js").Chat} Chat
 * @typedef {import("./boot.js").Message} Message
 * @typedef {import("./boot.js").MessagePage} MessagePage
 * @typedef {{
 *   messages: Map<number, Message>, oldest: number, newest: number, more: boolean,
 *   loading: Promise<void> | null, catching: Promise<void> | null,
 * }} Talk `oldest` to `newest` are known without a hole
 */

export class Store extends EventTarget {
  /** @param {{me: import("./boot.js").Person, chats: Chat[], next_cursor: string | null}} start */
  constructor({ me, chats, next_cursor }) {
    super();
    this.me = me;
    /** @type {Map<string, Chat>} */
    this.chats = new Map(chats.map((chat) => [chat.id, chat]));
    this.cursor = next_cursor;
    /** @type {Map<string, Talk>} */
    this.talks = new Map();
    /** @type {Map<string, {name: string, until: number}>} by chat */
    this.typing = new Map();
  }

  /** @param {string} kind @param {string} [chat] */
  #tell(kind, chat) {
    this.dispatchEvent(new CustomEvent(kind, { detail: chat }));
  }

  /** @returns {Chat[]} those that have something to show, the newest talk first */
  listed() {
    const shown = [...this.chats.values()].filter((chat) => chat.kind !== "direct" || chat.last_seq > 0);
    return shown.sort((a, b) => b.last_message_at.localeCompare(a.last_message_at) || b.id.localeCompare(a.id));
  }

  /** @returns {number} unread messages of chats that are not muted */
  unread() {
    return [...this.chats.values()].reduce((sum, chat) => sum + (chat.muted ? 0 : chat.unread), 0);
  }

  /** @param {Chat} chat */
  put(chat) {
    this.chats.set(chat.id, chat);
    this.#tell("chats", chat.id);
  }

  /** @param {string} id */
  forget(id) {
    this.chats.delete(id);
    this.talks.delete(id);
    this.#tell("gone", id);
    this.#tell("chats", id);
  }

  /** @param {string} id @returns {Promise<Chat>} */
  async load(id) {
    const chat = await call("GET", `/chats/${id}`);
    this.put(chat);
    return chat;
  }

  async loadMoreChats() {
    if (!this.cursor) return;
    const page = await call("GET", `/chats?cursor=${encodeURIComponent(this.cursor)}`);
    this.cursor = page.next_cursor;
    for (const chat of page.items) this.chats.set(chat.id, chat);
    this.#tell("chats");
  }

  // --- messages ---------------------------------------------------------------------------------

  /** Begin with the newest page of a chat. @param {string} id @param {MessagePage} page */
  begin(id, page) {
    const seqs = page.items.map((message) => message.seq);
    this.talks.set(id, {
      messages: new Map(page.items.map((message) => [message.seq, message])),
      oldest: seqs[0] ?? 1,
      newest: seqs.at(-1) ?? 0,
      more: page.more,
      loading: null,
      catching: null,
    });
    this.#tell("messages", id);
  }

  /** @param {string} id @returns {Promise<Talk>} the newest page is there, nothing is missing after it */
  async talk(id) {
    const known = this.talks.get(id);
    if (known) {
      const chat = this.chats.get(id);
      if (chat && chat.last_seq > known.newest) await this.catchUp(id);
      return known;
    }
    this.begin(id, await call("GET", `/chats/${id}/messages`));
    return /** @type {Talk} */ (this.talks.get(id));
  }

  /** Load what was said before. @param {string} id @returns {Promise<void>} */
  older(id) {
    const talk = this.talks.get(id);
    if (!talk || !talk.more) return Promise.resolve();
    talk.loading ??= (async () => {
      try {
        /** @type {MessagePage} */
        const page = await call("GET", `/chats/${id}/messages?before=${talk.oldest}`);
        for (const message of page.items) talk.messages.set(message.seq, message);
        talk.oldest = page.items[0]?.seq ?? talk.oldest;
        talk.more = page.more;
      } finally {
        talk.loading = null;
      }
      this.#tell("messages", id);
    })();
    return talk.loading;
  }

  /** Fetch everything after the newest message known without a hole. @param {string} id */
  catchUp(id) {
    const talk = this.talks.get(id);
    if (!talk) return Promise.resolve();
    talk.catching ??= (async () => {
      try {
        let more = true;
        while (more) {
          /** @type {MessagePage} */
          const page = await call("GET", `/chats/${id}/messages?after=${talk.newest}&limit=${CATCH_UP_PAGE}`);
          for (const message of page.items) this.#add(talk, message);
          more = page.more && page.items.length > 0;
        }
      } finally {
        talk.catching = null;
      }
      this.#tell("messages", id);
    })();
    return talk.catching;
  }

  /** @param {Talk} talk @param {Message} message */
  #add(talk, message) {
    const known = talk.messages.get(message.seq);
    if (!known || known.revision < message.revision) talk.messages.set(message.seq, message);
    while (talk.messages.has(talk.newest + 1)) talk.newest += 1;
  }

  /** After a lost connection: the list anew, then what each shown chat has missed. */
  async refresh() {
    const page = await call("GET", "/chats");
    if (!page.next_cursor) {
      // The page is the whole truth: what is not in it, one is not in any more.
      const still = new Set(page.items.map((/** @type {Chat} */ chat) => chat.id));
      for (const chat of [...this.chats.values()]) {
        if (!still.has(chat.id) && chat.last_seq > 0) this.forget(chat.id);
      }
    }
    for (const chat of page.items) this.chats.set(chat.id, chat);
    this.#tell("chats");
    for (const id of [...this.talks.keys()]) {
      try {
        await this.catchUp(id);
      } catch (reason) {
        if (reason instanceof Refusal && reason.problem.status === 404) this.forget(id);
        else throw reason;
      }
    }
  }

  // --- news -------------------------------------------------------------------------------------

  /** @param {Message} message */
  async receive(message) {
    const chat = this.chats.get(message.chat) ?? (await this.load(message.chat));
    if (message.seq > chat.last_seq) {
      chat.last_seq = message.seq;
      chat.last_message = message;
      chat.last_message_at = message.sent_at;
    } else if (message.seq === chat.last_seq) chat.last_message = message;
    if (message.sender?.id === this.me.id) chat.read_seq = Math.max(chat.read_seq, message.seq);
    chat.unread = Math.max(0, chat.last_seq - chat.read_seq);
    const talk = this.talks.get(message.chat);
    if (talk) {
      this.#add(talk, message);
      if (message.seq > talk.newest) void this.catchUp(message.chat).catch(() => {});
    }
    const typing = this.typing.get(message.chat);
    if (typing && message.sender?.name === typing.name) this.typing.delete(message.chat);
    this.#tell("messages", message.chat);
    this.#tell("chats", message.chat);
  }

  /** @param {import("./live.js").News} news */
  async hear({ event, data }) {
    const chat = this.chats.get(data?.chat);
    switch (event) {
      case "message.new":
      case "message.changed":
        return this.receive(data);
      case "chat.joined":
        return void (await this.load(data.chat));
      case "chat.left":
        return this.forget(data.chat);
      case "chat.role_changed":
        return void (await this.load(data.chat));
      case "chat.changed":
        if (chat) this.put({ ...chat, title: data.title, about: data.about, handle: data.handle });
        return undefined;
      case "chat.muted":
        if (chat) this.put({ ...chat, muted: data.muted });
        return undefined;
      case "chat.read":
        if (chat) this.#read(chat, data.person, data.seq);
        return undefined;
      case "chat.typing":
        return this.#typed(data.chat, data.person.name);
      default:
        return undefined;
    }
  }

  /** @param {Chat} chat @param {string} person @param {number} seq */
  #read(chat, person, seq) {
    if (person === this.me.id) this.readUpTo(chat.id, seq);
    else if (chat.partner?.id === person) {
      chat.partner.read_seq = Math.max(chat.partner.read_seq, seq);
      this.#tell("messages", chat.id);
    }
  }

  /** @param {string} id @param {number} seq @returns {boolean} whether it went on */
  readUpTo(id, seq) {
    const chat = this.chats.get(id);
    if (!chat || seq <= chat.read_seq) return false;
    chat.read_seq = Math.min(seq, chat.last_seq);
    chat.unread = Math.max(0, chat.last_seq - chat.read_seq);
    this.#tell("chats", id);
    return true;
  }

  /** @param {string} id @param {string} name */
  #typed(id, name) {
    const until = Date.now() + 5000;
    this.typing.set(id, { name, until });
    this.#tell("typing", id);
    setTimeout(() => {
      if (this.typing.get(id)?.until !== until) return;
      this.typing.delete(id);
      this.#tell("typing", id);
    }, 5000);
  }
}
