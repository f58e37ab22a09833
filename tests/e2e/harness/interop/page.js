// What every one of these apps shows and offers; how it is done is the SDK's matter.
const facts = { clicks: 0, backs: 0 };

export const note = (name, value) => {
  facts[name] = value;
  document.getElementById("facts").textContent = JSON.stringify(facts);
};
export const count = (name) => note(name, facts[name] + 1);
export const INVOICE = `https://t.me/$${new URLSearchParams(location.search).get("tgWebAppStartParam")}`;
export const POPUP = { title: "Order", message: "Sure?", buttons: [{ id: "yes", type: "default", text: "Yes" }, { id: "no", type: "cancel" }] };

/** Each button does its task and shows what came of it. */
export const offer = (tasks) => {
  for (const [id, task] of Object.entries(tasks)) {
    document.getElementById(id).addEventListener("click", () =>
      Promise.resolve(task()).then((value) => note(id, value ?? null), (error) => note("error", `${id}: ${error}`)));
  }
};
export const begin = (start) => start().catch((error) => note("error", String(error)));
