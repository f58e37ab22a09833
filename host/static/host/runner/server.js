// The host's server, asked on behalf of this launch.

const ANSWER_WITHIN_MS = 20000;

/** What a caller over the bridge is told: a code, a sentence, and whether to try again. */
export class BridgeError extends Error {
  /** @param {string} code @param {string} message @param {boolean} [retryable] @param {any} [facts] the problem document */
  constructor(code, message, retryable = false, facts = null) {
    super(message);
    this.facts = facts;
    this.status = Number(facts?.status ?? 0);
    this.code = code;
    this.retryable = retryable;
  }
}

export class Server {
  /** @param {{url: string, csrf: string, onEnded: (reason: string) => void}} options */
  constructor({ url, csrf, onEnded }) {
    this.url = url;
    this.csrf = csrf;
    this.onEnded = onEnded;
  }

  /**
   * @param {string} method @param {object} params
   * @returns {Promise<any>} the result; throws BridgeError
   */
  async call(method, params) {
    let response;
    try {
      response = await fetch(this.url, {
        method: "POST",
        credentials: "same-origin",
        keepalive: method === "launch.close",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.csrf },
        body: JSON.stringify({ method, params }),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
    } catch {
      throw new BridgeError("unavailable", "The server could not be reached.", true);
    }
    const body = await response.json().catch(() => null);
    if (response.ok) return body?.result ?? null;
    const code = String(body?.type ?? "").split("/").pop() || `http-${response.status}`;
    const sentence = String(body?.detail ?? body?.title ?? "The server refused.");
    if (response.status === 410 || code === "launch-ended") this.onEnded(code);
    throw new BridgeError(code, sentence, response.status >= 500 || response.status === 429, { status: response.status, ...body });
  }
}
