// What a person is asked while an app runs: the number, the place, the clipboard, a place on the home screen.
import { BridgeError } from "./server.js";
import { askClipboard, askHome, askLocation, askPhone } from "./questions.js";

/** @typedef {import("./runner.js").Runner} Runner */
/** @typedef {{declared: boolean, asked: boolean, granted: boolean}} Standing */

const LOCATION_WITHIN_MS = 20000;
const LOCATION_AGE_MS = 30000; // a place this old is still where the person is
const CONTACT_KEPT_MS = 60000; // how long an app may fetch what was shared

/** @param {Runner} runner @param {string} name @returns {Promise<Standing>} throws BridgeError when the manifest does not name it */
async function standing(runner, name) {
  const state = await runner.server.call("permission.get", { name });
  if (!state.declared) throw new BridgeError("permission-undeclared", `The version's manifest does not ask for ${name}.`);
  return state;
}

/**
 * @param {Runner} runner @param {string} name @param {() => Promise<boolean>} ask
 * @returns {Promise<boolean>} who said no is not asked again in this launch
 */
async function allowed(runner, name, ask) {
  if ((await standing(runner, name)).granted) return true;
  if (runner.refused.has(name) || !runner.mayAsk()) return false;
  const granted = await ask();
  if (!granted) runner.refused.add(name);
  return (await runner.server.call("permission.answer", { name, granted })).granted;
}

/** @param {Runner} runner @returns {Promise<string | null>} the signed contact, if the person shares it */
export async function requestContact(runner) {
  if (!(await allowed(runner, "phone", () => askPhone(runner)))) return null;
  const signed = await runner.server.call("contact.share", {});
  runner.contact = { signed, until: performance.now() + CONTACT_KEPT_MS };
  return signed;
}

/** @param {Runner} runner @returns {string} what was shared a moment ago, else "" */
export const sharedContact = ({ contact }) => (contact && performance.now() < contact.until ? contact.signed : "");

/** @param {Runner} runner @returns {Promise<string | null>} each reading is allowed by itself */
export async function readClipboard(runner) {
  await standing(runner, "clipboard-read");
  if (!navigator.clipboard?.readText || !runner.mayAsk() || !(await askClipboard(runner))) return null;
  return navigator.clipboard.readText().catch(() => null); // refused by the browser
}

/** @param {Runner} runner @returns {Promise<{available: boolean, access_requested?: boolean, access_granted?: boolean}>} */
export async function checkLocation(runner) {
  if (!("geolocation" in navigator)) return { available: false };
  const { asked, granted } = await standing(runner, "location");
  return { available: true, access_requested: asked || granted, access_granted: granted };
}

/** @param {Runner} runner @returns {Promise<Record<string, number> | null>} */
export async function requestLocation(runner) {
  if (!("geolocation" in navigator) || !(await allowed(runner, "location", () => askLocation(runner)))) return null;
  return place();
}

/** @returns {Promise<Record<string, number> | null>} */
const place = () => new Promise((resolve) => {
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    const known = {
      latitude: coords.latitude, longitude: coords.longitude, altitude: coords.altitude, course: coords.heading,
      speed: coords.speed, horizontal_accuracy: coords.accuracy, vertical_accuracy: coords.altitudeAccuracy,
    };
    /** @type {Record<string, number>} */
    const told = {};
    for (const [name, value] of Object.entries(known)) if (typeof value === "number" && Number.isFinite(value)) told[name] = value;
    resolve(told);
  }, () => resolve(null), { timeout: LOCATION_WITHIN_MS, maximumAge: LOCATION_AGE_MS, enableHighAccuracy: true });
});

/** The app's page of settings, as far as the place goes: the question comes again. @param {Runner} runner */
export async function openLocationSettings(runner) {
  if ((await standing(runner, "location")).granted || !runner.mayAsk()) return;
  runner.refused.delete("location");
  await allowed(runner, "location", () => askLocation(runner));
}

// ---- The home screen: a page of the app's own, which the browser puts there -----------------------

/** @param {Runner} runner */
const homeKey = (runner) => `barnamak:home:${runner.config.app.id}`;

/** @param {Runner} runner @returns {"added" | "unknown"} a browser does not tell what it holds */
export function checkHome(runner) {
  try {
    return localStorage.getItem(homeKey(runner)) ? "added" : "unknown";
  } catch {
    return "unknown";
  }
}

/** @param {Runner} runner @returns {Promise<boolean>} the person went to the page from which it is added */
export async function addToHome(runner) {
  const { home_url: url } = runner.config.app;
  if (!url || !runner.mayAsk() || !(await askHome(runner))) return false;
  watchHome(runner);
  window.open(url, "_blank", "noopener");
  return true;
}

/** The page tells by the storage of our origin when the browser has taken it. @param {Runner} runner */
function watchHome(runner) {
  if (runner.homeWatched) return;
  runner.homeWatched = true;
  addEventListener("storage", ({ key, newValue }) => {
    if (key === homeKey(runner) && newValue && !runner.ended) runner.tell("home_screen_added", {});
  });
}
