import { BarnamakError, rethrow } from "./errors.js";

/** @typedef {import("./host.js").Host} Host */

/**
 * `fetch` to the maker's own servers, with the person's token. It goes to the named origins and to
 * no other, so that a link in somebody's data never gets a token; a redirect away from them is an error.
 * @param {Host} host @param {string[]} origins @param {any} view the window
 */
export function authFetch(host, origins, view) {
  const known = new Set(origins.map((one) => new URL(one).origin));

  /** @param {string | URL | Request} what @param {RequestInit} [how] @returns {Promise<Response>} */
  return async (what, how = {}) => {
    const request = new view.Request(typeof what === "string" ? new URL(what, view.location.href) : what, how);
    if (!known.has(new URL(request.url).origin)) {
      throw new BarnamakError("origin-not-listed", `No token goes to ${new URL(request.url).origin}.`);
    }
    const token = await host.getToken(how.signal ? { signal: how.signal } : {}).catch(rethrow);
    request.headers.set("Authorization", `Bearer ${token}`);
    return view.fetch(new view.Request(request, { redirect: "error" }));
  };
}

const FIRST_MS = 500;
const MOST_MS = 5_000;

/**
 * Ask your server until it knows how a payment ended: what a page hears is a hint.
 *
 * `ask` is called with an AbortSignal and gives `"paid"`, `"failed"`, or anything else for "not yet";
 * where it throws, it is asked again. Throws `not-settled` after `timeoutMs`.
 * @param {(signal: AbortSignal) => unknown} ask
 * @param {{timeoutMs?: number, signal?: AbortSignal}} [options]
 * @returns {Promise<"paid" | "failed">}
 */
export async function waitForSettlement(ask, { timeoutMs = 60_000, signal } = {}) {
  const over = AbortSignal.timeout(timeoutMs);
  const either = signal ? AbortSignal.any([over, signal]) : over;
  let last;
  for (let waitMs = FIRST_MS; !either.aborted; waitMs = Math.min(2 * waitMs, MOST_MS)) {
    try {
      const found = await Promise.race([ask(either), aborted(either)]);
      if (found === "paid" || found === "failed") return found;
      last = undefined;
    } catch (reason) {
      last = reason;
    }
    if (!either.aborted) await Promise.race([new Promise((resolve) => setTimeout(resolve, waitMs)), aborted(either)]);
  }
  if (signal?.aborted) throw new BarnamakError("aborted", "The caller gave up.");
  throw new BarnamakError("not-settled", "The server does not know yet how the payment ended.", true, last);
}

/** @param {AbortSignal} signal @returns {Promise<void>} */
const aborted = (signal) => new Promise((resolve) => {
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
});
