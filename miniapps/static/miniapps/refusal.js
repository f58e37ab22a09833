// @ts-check
/** A refusal as a notice, and the proof that a request comes from our own page. */

/** @typedef {{title: string, remedy?: string, detail?: string, code?: string}} Problem */

/** @returns {string} */
export function csrfToken() {
  const found = /(?:^|; )(?:__Host-)?csrf=([^;]+)/.exec(document.cookie);
  return found?.[1] ?? "";
}

/**
 * Show what happened, what to do, and the code in small.
 * @param {Element | null} place
 * @param {Problem} problem
 */
export function refuse(place, problem) {
  const notice = document.createElement("div");
  notice.className = "notice notice--bad";
  notice.setAttribute("role", "alert");
  const text = document.createElement("div");
  const title = document.createElement("strong");
  title.textContent = problem.title;
  const rest = document.createElement("span");
  rest.className = "notice__text";
  rest.textContent = problem.detail ?? problem.remedy ?? "";
  const code = document.createElement("code");
  code.className = "notice__code";
  code.textContent = problem.code ?? "";
  text.append(title, rest, code);
  notice.append(text);
  place?.replaceChildren(notice);
}
