// @ts-check
/**
 * Messages on their way. Each is kept in localStorage until the server has named its place, and has an
 * id of its own, so that it is neither lost nor doubled by a restart on either side.
 */

import { Refusal, call } from "./api.js";

const ACK_WITHIN_MS = 8000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 6000;

/**
 * @typedef {import("./boot.js").Message} Message
 * @typedef {import("./live.js").Live} Live
 * @typedef {{chat: string, client_id: string, text: string, at: string, failed: string | null}} Entry
 */

/** @returns {string} */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox extends EventTarget {
  /**
   * @param {string} person whose messages these are
   * @param {Live} live
   */
  constructor(person, live) {
    super();
    this.prefix = `outbox/${person}/`;
    this.live = live;
    /** @type {Map<string, Entry>} in the order of writing */
    this.entries = new Map(this.#kept());
    /** @type {Map<string, (answer: Message | Refusal) => void>} */
    this.waiting = new Map();
    this.running = false;
    this.pause = FIRST_PAUSE_MS;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    live.addEventListener("hello", () => this.run());
    addEventListener("online", () => this.run());
  }

  /** @returns {Array<[string, Entry]>} */
  #kept() {
    /** @type {Entry[]} */
    const found = [];
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(this.prefix)) found.push(JSON.parse(localStorage.getItem(key) ?? "null"));
      }
    } catch {
      return []; // a browser that keeps nothing
    }
    found.sort((a, b) => a.at.localeCompare(b.at));
    return found.map((entry) => [entry.client_id, entry]);
  }

  /** @param {Entry} entry */
  #keep(entry) {
    try {
      localStorage.setItem(this.prefix + entry.client_id, JSON.stringify(entry));
    } catch {
      // Full or blocked: the message still waits in this page.
    }
    this.#tell(entry.chat);
  }

  /** @param {string} chat */
  #tell(chat) {
    this.dispatchEvent(new CustomEvent("change", { detail: chat }));
  }

  /** @param {string} chat @returns {Entry[]} what waits in one chat, the oldest first */
  of(chat) {
    return [...this.entries.values()].filter((entry) => entry.chat === chat);
  }

  /** @param {string} chat @param {string} text */
  add(chat, text) {
    const entry = { chat, client_id: newId(), text, at: new Date().toISOString(), failed: null };
    this.entries.set(entry.client_id, entry);
    this.#keep(entry);
    this.run();
  }

  /** @param {string} id */
  again(id) {
    const entry = this.entries.get(id);
    if (!entry) return;
    entry.failed = null;
    this.#keep(entry);
    this.run();
  }

  /** The message has its place, or the person gave it up. @param {string} id */
  drop(id) {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.entries.delete(id);
    try {
      localStorage.removeItem(this.prefix + id);
    } catch {
      // nothing was kept
    }
    this.#tell(entry.chat);
  }

  /** The server's word over the socket. @param {string} id @param {Message | Refusal} answer */
  answered(id, answer) {
    this.waiting.get(id)?.(answer);
  }

  /** Send what waits, one after the other, so that the order of writing is the order in the chat. */
  async run() {
    clearTimeout(this.timer);
    if (this.running) return;
    this.running = true;
    try {
      for (const entry of this.entries.values()) {
        if (!entry.failed && !(await this.#deliver(entry))) break;
      }
    } finally {
      this.running = false;
    }
    const left = [...this.entries.values()].some((entry) => !entry.failed);
    if (left) this.timer = setTimeout(() => void this.run(), this.pause);
  }

  /** @param {Entry} entry @returns {Promise<boolean>} whether to go on with the next */
  async #deliver(entry) {
    const answer = await this.#ask(entry);
    if (answer === null) {
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
      return false;
    }
    this.pause = FIRST_PAUSE_MS;
    if (!(answer instanceof Refusal)) {
      this.dispatchEvent(new CustomEvent("sent", { detail: answer }));
      this.drop(entry.client_id);
      return true;
    }
    const wait = answer.problem.retry_after_s;
    if (wait !== undefined) {
      this.pause = wait * 1000;
      return false;
    }
    entry.failed = answer.sentence;
    this.#keep(entry);
    return true;
  }

  /** @param {Entry} entry @returns {Promise<Message | Refusal | null>} null: no answer */
  async #ask(entry) {
    const { chat, client_id, text } = entry;
    if (this.live.ended) return null;
    if (this.live.ready) return this.#askSocket(entry);
    try {
      return await call("POST", `/chats/${chat}/messages`, { text, client_id });
    } catch (reason) {
      return reason instanceof Refusal ? reason : null;
    }
  }

  /** @param {Entry} entry @returns {Promise<Message | Refusal | null>} */
  #askSocket({ chat, client_id, text }) {
    return new Promise((resolve) => {
      const settle = (/** @type {Message | Refusal | null} */ answer) => {
        clearTimeout(timer);
        this.live.removeEventListener("down", lost);
        this.waiting.delete(client_id);
        resolve(answer);
      };
      const lost = () => settle(null);
      const timer = setTimeout(lost, ACK_WITHIN_MS);
      this.waiting.set(client_id, settle);
      this.live.addEventListener("down", lost);
      if (!this.live.send({ do: "send", chat, client_id, text })) settle(null);
    });
  }
}
