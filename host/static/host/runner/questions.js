// The host's own questions, each in one place with its words.
import { el } from "./dom.js";

/** @typedef {import("./runner.js").Runner} Runner */

/** @param {Runner} runner @param {string} yes @param {string} [look] */
const yesOrNo = ({ text }, yes, look) => [
  { id: "yes", text: text(yes), ...(look ? { look } : {}) },
  { id: "no", text: text("button_cancel"), look: "quiet" },
];

/** @param {Runner} runner @returns {Promise<boolean>} */
export async function askClose(runner) {
  const answer = await runner.dialogs.ask({
    title: runner.text("close_title", { app: runner.config.app.name }), message: runner.text("close_message"),
    choices: yesOrNo(runner, "close", "bad"),
  });
  return answer === "yes";
}

/** Show where a link leads before it is opened. @param {Runner} runner @param {URL} url @returns {Promise<boolean>} */
export async function askLink(runner, url) {
  const answer = await runner.dialogs.ask({
    title: runner.text("link_title", { app: runner.config.app.name }),
    body: el("div", { class: "run-link" },
      el("bdi", { class: "run-link-host", dir: "ltr", text: url.host }),
      el("p", { class: "run-ask-message", text: runner.text("link_message") })),
    choices: yesOrNo(runner, "link_open"),
  });
  runner.pause.closed(answer);
  return answer === "yes";
}

/** Show which file comes from where. @param {Runner} runner @param {URL} url @param {string} file @returns {Promise<boolean>} */
export async function askDownload(runner, url, file) {
  const answer = await runner.dialogs.ask({
    title: runner.text("download_title", { app: runner.config.app.name }),
    body: el("div", { class: "run-link" },
      el("bdi", { class: "run-link-host", text: file }),
      el("p", { class: "run-ask-message" }, el("bdi", { dir: "ltr", text: url.host }))),
    choices: yesOrNo(runner, "download"),
  });
  runner.pause.closed(answer);
  return answer === "yes";
}

/** @param {Runner} runner @param {string} app its slug @returns {Promise<boolean>} */
export async function askOpen(runner, app) {
  const answer = await runner.dialogs.ask({
    title: runner.text("open_title", { app }), message: runner.text("open_message", { app: runner.config.app.name }),
    choices: yesOrNo(runner, "open"),
  });
  runner.pause.closed(answer);
  return answer === "yes";
}

/** @param {Runner} runner @returns {Promise<boolean>} */
export async function askWriteAccess(runner) {
  const answer = await runner.dialogs.ask({
    title: runner.text("write_title", { app: runner.config.app.name }), message: runner.text("write_message"),
    choices: yesOrNo(runner, "allow"),
  });
  runner.pause.closed(answer);
  return answer === "yes";
}

/**
 * May the app have something of the person's? The words say what, and that it can be taken back.
 * @param {Runner} runner @param {string} what the key of the words @param {string} [yes]
 */
const mayHave = async (runner, what, yes = "allow") => {
  const answer = await runner.dialogs.ask({
    title: runner.text(`${what}_title`, { app: runner.config.app.name }), message: runner.text(`${what}_message`),
    choices: yesOrNo(runner, yes),
  });
  runner.pause.closed(answer);
  return answer === "yes";
};

/** @param {Runner} runner */
export const askPhone = (runner) => mayHave(runner, "phone", "share");
/** @param {Runner} runner */
export const askLocation = (runner) => mayHave(runner, "location");
/** @param {Runner} runner */
export const askClipboard = (runner) => mayHave(runner, "clipboard");
/** @param {Runner} runner */
export const askHome = (runner) => mayHave(runner, "home", "home_go");

/** Who made this app and what it may do. @param {Runner} runner */
export async function askAbout(runner) {
  const { config, text } = runner;
  const granted = (config.granted ?? []).map((/** @type {string} */ name) => el("li", { text: text(`permission_${name}`) }));
  await runner.dialogs.ask({
    title: config.app.name,
    body: el("div", { class: "run-about" },
      el("p", { text: text(config.app.verified ? "about_verified" : "about_unverified") }),
      el("h3", { text: text("permissions") }),
      granted.length ? el("ul", {}, ...granted) : el("p", { text: text("permissions_none") }),
      config.app.about_url ? el("p", {}, el("a", { href: config.app.about_url, target: "_top", text: text("about_more") })) : null,
      el("p", { class: "run-about-id" }, el("bdi", { dir: "ltr", text: config.app.id }))),
    choices: [{ id: "close", text: text("button_close"), look: "quiet" }],
  });
}
