// @ts-check
/**
 * The socket: kept open, opened again with growing, jittered pauses. It tells `hello` once the server
 * follows all chats (only then is catching up complete), `news` for each event, `down`, `ended`.
 */

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;
const PING_EVERY_MS = 25000;
const PONG_WITHIN_MS = 10000;
const SIGNED_OUT = 4401;
const TOO_FAST = 4429;
const TOO_FAST_PAUSE_MS = 20000;

/** @typedef {{event: string, data: any}} News */

export class Live extends EventTarget {
  /** @param {string} path */
  constructor(path) {
    super();
    const url = new URL(path, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.url = url;
    this.pause = FIRST_PAUSE_MS;
    this.ready = false;
    this.ended = false;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.pongTimer = undefined;
    addEventListener("online", () => this.#now());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#now();
    });
    setInterval(() => this.#ping(), PING_EVERY_MS);
  }

  open() {
    clearTimeout(this.timer);
    if (this.ended) return;
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.addEventListener("message", ({ data }) => this.#read(data));
    socket.addEventListener("close", ({ code }) => {
      if (this.socket === socket) this.#closed(code);
    });
  }

  /** Send one frame. @param {object} frame @returns {boolean} whether it left */
  send(frame) {
    if (!this.ready || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** @param {unknown} data */
  #read(data) {
    clearTimeout(this.pongTimer);
    /** @type {News} */
    let news;
    try {
      news = JSON.parse(String(data));
    } catch {
      return;
    }
    if (news.event === "hello") {
      this.ready = true;
      this.pause = FIRST_PAUSE_MS;
      this.dispatchEvent(new Event("hello"));
    } else if (news.event !== "pong") {
      this.dispatchEvent(new CustomEvent("news", { detail: news }));
    }
  }

  /** @param {number} code */
  #closed(code) {
    clearTimeout(this.pongTimer);
    this.ready = false;
    this.socket = null;
    if (code === SIGNED_OUT) {
      this.ended = true;
      this.dispatchEvent(new Event("ended"));
      return;
    }
    this.dispatchEvent(new Event("down"));
    const pause = code === TOO_FAST ? TOO_FAST_PAUSE_MS : this.pause;
    this.timer = setTimeout(() => this.open(), pause * (0.5 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }

  /** Do not wait for the pause when there is reason to hope. */
  #now() {
    if (this.ended) return;
    if (!this.socket) {
      this.pause = FIRST_PAUSE_MS;
      this.open();
    } else this.#ping();
  }

  #ping() {
    if (!this.send({ do: "ping" })) return;
    clearTimeout(this.pongTimer);
    const { socket } = this;
    this.pongTimer = setTimeout(() => {
      // A dead connection may take minutes to close by itself.
      if (this.socket !== socket) return;
      socket?.close();
      this.#closed(0);
    }, PONG_WITHIN_MS);
  }
}
