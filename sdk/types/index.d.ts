/**
 * Wait for the host's greeting and give everything an app needs.
 *
 * Colours, direction and language are on the page when it returns, and follow the host. The host's
 * placeholder goes after the page has been painted; `ready: "manual"` leaves that to `app.ready()`.
 * `api` names the origins of your own servers, which `app.fetch` may give the person's token to.
 * @param {CallOptions & {ready?: "auto" | "manual", api?: string[], theme?: boolean, window?: any}} [options]
 * @returns {Promise<App>} rejects with `not-connected` outside a host, `timeout` or `aborted`
 */
export function init({ timeoutMs, signal, ready, api, theme, window: view }?: CallOptions & {
    ready?: "auto" | "manual";
    api?: string[];
    theme?: boolean;
    window?: any;
}): Promise<App>;
export { applyTheme } from "./theme.js";
export { waitForSettlement } from "./server-calls.js";
export type Host = import("./host.js").Host;
export type CallOptions = import("./host.js").CallOptions;
export type App = Omit<Host, "connected" | "BarnamakError"> & {
    launch: import("./host.js").Launch;
    can: (method: string) => boolean;
    fetch: ReturnType<typeof authFetch>;
    lifecycle: Lifecycle;
    waitForSettlement: typeof waitForSettlement;
} & ReturnType<typeof asks>;
import { authFetch } from "./server-calls.js";
import { Lifecycle } from "./lifecycle.js";
import { waitForSettlement } from "./server-calls.js";
import { asks } from "./asks.js";
export { BarnamakError, REMEDIES } from "./errors.js";
