// A message that the app's server prepared: shown by the page around, sent by the person.
import { BridgeError } from "./server.js";

/** @typedef {import("./runner.js").Runner} Runner */

/** @type {WeakMap<Runner, (error: string) => void>} who waits for the person's choice */
const waiting = new WeakMap();

/**
 * Let the person choose a chat for a prepared message.
 * @param {Runner} runner @param {string} id
 * @returns {Promise<string>} "" when it was sent, else Telegram's name for what went wrong;
 *   throws BridgeError when the server does not know the message
 */
export async function sharePrepared(runner, id) {
  if (runner.outer.alone) return "UNSUPPORTED";
  if (waiting.has(runner) || !runner.mayAsk()) return "USER_DECLINED";
  const { text } = await runner.server.call("message.read", { id });
  if (waiting.has(runner)) return "USER_DECLINED";
  runner.outer.tell({ type: "run:prepared", id, text });
  return new Promise((resolve) => waiting.set(runner, resolve));
}

/** The page around has the answer. @param {Runner} runner @param {unknown} error */
export function preparedDone(runner, error) {
  const resolve = waiting.get(runner);
  waiting.delete(runner);
  resolve?.(typeof error === "string" ? error : "UNKNOWN_ERROR");
}

/** As Telegram calls what the server refused. @param {unknown} reason */
export function preparedError(reason) {
  const code = reason instanceof BridgeError ? reason.code : "";
  if (code === "prepared-message-gone") return "MESSAGE_EXPIRED";
  return code === "bridge-method-unknown" ? "UNSUPPORTED" : "UNKNOWN_ERROR";
}
