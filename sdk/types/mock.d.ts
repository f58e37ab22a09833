/**
 * Put a mock host where the real one puts itself, before the app starts.
 * @param {Asked & {window?: any}} [options] @returns {Mock}
 */
export function installMock({ window: view, ...asked }?: Asked & {
    window?: any;
}): Mock;
/** The person, the host and its server, in your hands. */
export class Mock {
    /** @param {Asked} asked */
    constructor({ launch, user, theme, viewport, token, storage, lacks, greets }: Asked);
    /** Every call that was made: `{method, params}`, in order. @type {{method: string, params: any}[]} */
    calls: {
        method: string;
        params: any;
    }[];
    /** What the page has set: by method, the last parameters put together. @type {Record<string, any>} */
    state: Record<string, any>;
    launch: {
        id: string;
        appId: string;
        startParam: null;
        chatType: null;
        lang: string;
        dir: string;
        platform: string;
    };
    user: object | null;
    theme: {
        scheme: string;
        params: {
            bg_color: string;
            text_color: string;
            button_color: string;
            button_text_color: string;
        };
    };
    viewport: {
        height: number;
        width: number;
        expanded: boolean;
        stable: boolean;
    };
    token: string;
    storage: Map<string, string>;
    /** @type {string[]} */
    capabilities: string[];
    connected: Promise<void>;
    /** Let the next call of a method be answered so; a function gets its parameters. @param {string} method @param {unknown} answer */
    answer(method: string, answer: unknown): void;
    /** Let the next call of a method fail. @param {string} method @param {string} code @param {boolean} [retryable] */
    fail(method: string, code: string, retryable?: boolean): void;
    /** Let the next call of a method wait for ever: time-outs and AbortSignals are to be tried, too. @param {string} method */
    hang(method: string): void;
    /** Let something happen, as the person or the host would. @template {keyof Events} K @param {K} event @param {Events[K]} data */
    emit<K extends keyof Events>(event: K, data: Events[K]): void;
    /** Press one of the host's buttons; one that is not to be pressed does nothing. @param {"main" | "secondary" | "back" | "settings"} button */
    press(button: "main" | "secondary" | "back" | "settings"): void;
    /** Change to the other scheme. @param {"light" | "dark"} scheme */
    setScheme(scheme: "light" | "dark"): void;
    /** @param {string} event @param {(data: any) => void} listener */
    on(event: string, listener: (data: any) => void): () => undefined;
    /** @param {string} method @param {any} [params] @param {import("./host.js").CallOptions} [options] @returns {Promise<any>} */
    call(method: string, params?: any, { timeoutMs, signal }?: import("./host.js").CallOptions): Promise<any>;
    #private;
}
export type Host = import("./host.js").Host;
export type Events = import("./host.js").Events;
export type Asked = {
    launch?: object;
    user?: object | null;
    theme?: object;
    viewport?: object;
    token?: string;
    storage?: Record<string, string>;
    lacks?: string[];
    greets?: boolean;
};
