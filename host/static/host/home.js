// @ts-check
/** The page that a browser takes to the home screen; tells the running app when it has. */

const place = document.getElementById("home");
const add = document.getElementById("home-add");
/** @type {any} */
let offer = null;

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
  if (add) add.hidden = false;
});
add?.addEventListener("click", () => {
  void offer?.prompt();
  offer = null; // a browser lets one offer be used once
  add.hidden = true;
});
addEventListener("appinstalled", () => {
  if (add) add.hidden = true;
  const done = document.getElementById("home-done");
  if (done) done.hidden = false;
  try {
    localStorage.setItem(`barnamak:home:${place?.dataset["app"] ?? ""}`, new Date().toISOString()); // permits.js listens
  } catch {
    // where nothing can be kept, nobody is told
  }
});

export {};
