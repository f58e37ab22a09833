// The runner on the desk: a page on the maker's machine, people who do not exist, and a log of all that passes.
import { Runner } from "./runner.js";
import { BridgeError, Server } from "./server.js";

const ASKED_OF_THE_SERVER = new Set(["token.get", "contact.share", "payments.open", "payments.confirm", "payments.test_money"]);

/** What the host's server keeps for a person; here it lives as long as the page. */
class DeskServer {
  /** @param {any} config @param {(entry: object) => void} log */
  constructor(config, log) {
    const chosen = new URLSearchParams(config.desk);
    this.log = log;
    this.scenario = String(config.desk.scenario ?? "");
    this.server = new Server({ url: `${config.bridge_url}?${chosen}`, csrf: config.csrf_token, onEnded: () => {} });
    /** @type {Map<string, string>} */
    this.cloud = new Map();
    /** @type {Set<string>} */
    this.asked = new Set();
    /** @type {Set<string>} */
    this.granted = new Set();
    this.lost = false;
  }

  /** @param {string} method @param {any} params @returns {Promise<any>} throws BridgeError */
  async call(method, params) {
    try {
      const result = ASKED_OF_THE_SERVER.has(method) ? await this.#asked(method, params) : this.#kept(method, params);
      this.log({ way: "server", name: method, body: { params, result } });
      return result;
    } catch (error) {
      this.log({ way: "server", name: method, body: { params, error: String(/** @type {any} */ (error).code ?? error) } });
      throw error;
    }
  }

  /** @param {string} method @param {any} params */
  async #asked(method, params) {
    const result = await this.server.call(method, params);
    if (method === "payments.confirm" && this.scenario === "lost-answer" && !this.lost) {
      this.lost = true; // the payment is made; only its answer does not arrive
      throw new BridgeError("unavailable", "The answer was lost, as you chose.", true);
    }
    return result;
  }

  /** @param {string} method @param {any} params */
  #kept(method, params) {
    switch (method) {
      case "storage.save": return Boolean(this.cloud.set(params.key, params.value));
      case "storage.get": return Object.fromEntries(params.keys.map((/** @type {string} */ key) => [key, this.cloud.get(key) ?? ""]));
      case "storage.delete": return params.keys.map((/** @type {string} */ key) => this.cloud.delete(key)).length >= 0;
      case "storage.keys": return [...this.cloud.keys()];
      case "permission.answer": return this.#answer(params.name, params.granted);
      case "permission.get": return this.#standing(params.name);
      case "write_access.request": return { status: this.#answer("messages", params.granted || this.granted.has("messages")).granted ? "allowed" : "cancelled" };
      case "local.save": case "launch.close": return true;
      default: throw new BridgeError("unknown-method", "The desk does not know the method.");
    }
  }

  /** @param {string} name @param {boolean} granted */
  #answer(name, granted) {
    this.asked.add(name);
    if (granted) this.granted.add(name);
    return this.#standing(name);
  }

  /** @param {string} name */
  #standing(name) {
    return { declared: true, asked: this.asked.has(name), granted: this.granted.has(name) };
  }
}

/** @param {unknown} data a message of Telegram's wire @returns {{name: string, body: unknown}} */
function legible(data) {
  try {
    const { eventType, eventData } = JSON.parse(String(data));
    return { name: String(eventType), body: eventData };
  } catch {
    return { name: "?", body: data };
  }
}

/** Hear all that passes, without changing any of it. @param {Runner} runner @param {(entry: object) => void} log */
function tap(runner, log) {
  const { frame } = runner;
  const { onMessage, onPort, onHello } = frame.options;
  const postLegacy = frame.postLegacy.bind(frame);
  frame.options.onMessage = (data) => {
    const before = runner.unknown + runner.malformed;
    onMessage(data);
    log({ way: "in", wire: "telegram", ...legible(data), bad: runner.unknown + runner.malformed > before });
  };
  frame.options.onPort = (data) => {
    const { id, method, params } = /** @type {any} */ (data) ?? {};
    log({ way: "in", wire: "barnamak", name: String(method), body: params ?? {}, id });
    return onPort(data);
  };
  frame.options.onHello = () => {
    const { port } = frame;
    if (port) {
      const post = port.postMessage.bind(port);
      port.postMessage = (/** @type {any} */ message) => {
        const { id, event, result, error, data } = message;
        log({ way: "out", wire: "barnamak", name: String(event ?? (error ? "error" : "result")), body: error ?? result ?? data ?? null, id, bad: Boolean(error) });
        post(message);
      };
    }
    onHello();
  };
  frame.postLegacy = (event, data) => {
    if (frame.heard) log({ way: "out", wire: "telegram", name: event, body: data ?? null });
    postLegacy(event, data);
  };
}

/** @param {string} id */
const given = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");
const config = given("run-config");
const runner = new Runner(config, given("run-strings"));
const log = (/** @type {object} */ entry) => runner.outer.tell({ type: "run:log", entry });
runner.server = /** @type {any} */ (new DeskServer(config, log));
tap(runner, log);
runner.start();
