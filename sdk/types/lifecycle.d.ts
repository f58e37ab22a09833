/** @typedef {"shown" | "hidden" | "unload"} Moment */
/** The life of the page: shown, hidden, going away; and what it keeps over a reload. */
export class Lifecycle {
    /** @param {import("./host.js").Host} host @param {any} view the window */
    constructor(host: import("./host.js").Host, view: any);
    /** What `saveState` kept before the last reload, else null. */
    savedState: any;
    /**
     * Hear of a moment; returns what takes the listener away.
     * @param {Moment} moment @param {() => void} listener @returns {() => void}
     */
    on(moment: Moment, listener: () => void): () => void;
    /**
     * Say what to keep. `read` is called whenever the page is hidden or goes away; its value, anything
     * that JSON takes, is `savedState` after a reload of this launch.
     * @param {() => unknown} read
     */
    saveState(read: () => unknown): void;
    #private;
}
export type Moment = "shown" | "hidden" | "unload";
