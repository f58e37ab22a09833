// Starts the app that /run/<launch> was made for.
import { Runner } from "./runner.js";

/** @param {string} id */
const given = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");
new Runner(given("run-config"), given("run-strings")).start();
