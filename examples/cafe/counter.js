/**
 * Where orders are kept and how they are paid. With the café's own server: it asks for the money,
 * and what it says of an order is true. Without one, in the person's cloud storage, and the person
 * pays at the counter.
 */
import { BACKEND } from "./backend.js";
import { Cabinet } from "./kit/platform.js";
import { order, remembered } from "./orders.js";

const WAIT_MS = 15000;

/** A new name for one wish: sent again after a lost answer, it is not ordered twice. */
export function newRequest() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Orders in the person's cloud storage, nothing paid. */
class Drawer {
  takesMoney = false;
  orders = [];
  #cabinet;

  constructor(platform) { this.#cabinet = new Cabinet(platform, "orders"); }

  async load() {
    this.orders = await this.#cabinet.load([]);
    return this;
  }

  async #keep(next) {
    const saved = await this.#cabinet.save(next);
    if (saved) this.orders = next;
    return saved;
  }

  /** The order, or null when it could not be kept. */
  async place(draft) {
    const fresh = order(draft, this.orders, Date.now());
    return await this.#keep(remembered(this.orders, fresh)) ? fresh : null;
  }

  async end(one, how) {
    const ended = { ...one, ended: how };
    const next = this.orders.map((other) => (other.number === one.number ? ended : other));
    return await this.#keep(next) ? ended : null;
  }
}

/** Orders with the café's own server, paid from the person's wallet. */
class Till {
  takesMoney = true;
  orders = [];
  #platform;

  constructor(platform) { this.#platform = platform; }

  async #ask(path, body) {
    const token = await this.#platform.token;
    const response = await fetch(BACKEND + path, {
      method: body === undefined ? "GET" : "POST",
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      signal: AbortSignal.timeout(WAIT_MS),
    });
    if (!response.ok) throw new Error(`The café's server answered ${response.status}.`);
    return response.json();
  }

  async load() {
    this.orders = (await this.#ask("/orders")).orders;
    return this;
  }

  /** Puts what the server says of an order into the list; null when it did not answer. */
  async #now(path, body) {
    try {
      const one = await this.#ask(path, body);
      this.orders = remembered(this.orders, one);
      return one;
    } catch {
      return null;
    }
  }

  place({ request, cart, name, note, minutes }) {
    return this.#now("/orders", { request, cart, name, note, minutes });
  }

  end(one, how) {
    return this.#now(`/orders/${one.id}/${how === "cancelled" ? "cancel" : how}`, {});
  }

  /**
   * Opens the payment sheet for an order. Gives the order as the server sees it afterwards: paid
   * once it has verified the token, cancelled when nothing was paid, else waiting for the webhook.
   */
  async pay(one) {
    const { status, token } = await this.#platform.pay(one.invoice);
    if (status === "paid" && token) return await this.#now(`/orders/${one.id}/paid`, { token }) ?? one;
    if (status === "paid" || status === "pending") return one;
    return await this.end(one, "cancelled") ?? one;
  }
}

/** The till when the café's server answers, else the drawer. Throws when storage cannot be read. */
export async function openCounter(platform) {
  if (BACKEND !== "" && platform.live) {
    try {
      return await new Till(platform).load();
    } catch {
      // not reachable now: the person still can order, and pays at the counter
    }
  }
  return new Drawer(platform).load();
}
