// @ts-check
/** Calls to our own API. A refusal is an Error with its problem document. */

import { csrfToken } from "../ui/ui.js";

const TIMEOUT_MS = 15000;

/** @typedef {{code: string, title: string, status: number, remedy?: string, detail?: string, retry_after_s?: number}} Problem */

/** The server understood and said no. */
export class Refusal extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.code);
    this.problem = problem;
  }

  /** What happened and what to do, in one line. */
  get sentence() {
    const { title, remedy, detail } = this.problem;
    return [title, detail ?? remedy].filter(Boolean).join(" — ");
  }
}

/** No answer came: no connection, a server that restarts, too slow. */
export class Unreachable extends Error {}

/**
 * @param {"GET" | "POST" | "PATCH" | "DELETE"} method
 * @param {string} path below /api/v1
 * @param {object} [body]
 * @returns {Promise<any>} the answer's JSON, null for none
 * @throws {Refusal | Unreachable}
 */
export async function call(method, path, body) {
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      headers: {
        Accept: "application/json",
        ...(body ? { "Content-Type": "application/json" } : {}),
        ...(method === "GET" ? {} : { "X-CSRFToken": csrfToken() }),
      },
      body: body ? JSON.stringify(body) : null,
      credentials: "same-origin",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.status === 204) return null;
    const found = await answer.json();
    if (answer.ok) return found;
    if (answer.status < 500 && typeof found?.code === "string") throw new Refusal(found);
  } catch (reason) {
    if (reason instanceof Refusal) throw reason;
    throw new Unreachable(String(reason));
  }
  throw new Unreachable(`HTTP ${answer.status}`);
}
