/** @typedef {import("./host.js").Host} Host */
/**
 * `fetch` to the maker's own servers, with the person's token. It goes to the named origins and to
 * no other, so that a link in somebody's data never gets a token; a redirect away from them is an error.
 * @param {Host} host @param {string[]} origins @param {any} view the window
 */
export function authFetch(host: Host, origins: string[], view: any): (what: string | URL | Request, how?: RequestInit) => Promise<Response>;
/**
 * Ask your server until it knows how a payment ended: what a page hears is a hint.
 *
 * `ask` is called with an AbortSignal and gives `"paid"`, `"failed"`, or anything else for "not yet";
 * where it throws, it is asked again. Throws `not-settled` after `timeoutMs`.
 * @param {(signal: AbortSignal) => unknown} ask
 * @param {{timeoutMs?: number, signal?: AbortSignal}} [options]
 * @returns {Promise<"paid" | "failed">}
 */
export function waitForSettlement(ask: (signal: AbortSignal) => unknown, { timeoutMs, signal }?: {
    timeoutMs?: number;
    signal?: AbortSignal;
}): Promise<"paid" | "failed">;
export type Host = import("./host.js").Host;
