// Opens mini-apps in Firefox, does what a person does, prints what each app then shows: one JSON line.
// stdin: {executable, cookies, apps: {name: address}}
import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";

const WITHIN_MS = 45_000;
const { executable, cookies, apps } = JSON.parse(readFileSync(0, "utf8"));

/** Try until it is there: frames come and go while an app starts. */
async function until(what, look) {
  const end = Date.now() + WITHIN_MS;
  let last = "nothing";
  while (Date.now() < end) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      last = String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: ${last}`);
}

async function used(browser, address) {
  const page = await browser.newPage();
  try {
    await page.goto(address, { timeout: WITHIN_MS });
    const frame = async (parent, selector) => (await parent.$(selector)).contentFrame();
    const parts = async () => {
      const runner = await frame(page, "#app-pane iframe");
      return { runner, app: await frame(runner, "iframe.run-frame") };
    };
    const facts = async () => JSON.parse(await (await parts()).app.$eval("#facts", (shown) => shown.textContent));
    await until("the app to start", async () => (await facts()).cloud);
    if ("hydrated" in (await facts())) return await facts();
    const { runner, app } = await parts();
    await until("the main button", async () => {
      await runner.$eval(".run-button-main", (button) => button.click());
      return (await facts()).clicks;
    });
    await app.$eval("#ask", (button) => button.click());
    await until("the answer", async () => {
      await runner.$$eval("dialog[open] button", (buttons) => buttons.find(({ textContent }) => textContent.trim() === "Yes")?.click());
      return (await facts()).ask;
    });
    return await facts();
  } finally {
    await page.close();
  }
}

const browser = await puppeteer.launch({ browser: "firefox", executablePath: executable, headless: true });
try {
  await browser.setCookie(...cookies);
  const shown = {};
  for (const [name, address] of Object.entries(apps)) {
    shown[name] = await used(browser, address).catch((error) => ({ error: String(error) }));
  }
  console.log(JSON.stringify(shown));
} finally {
  await browser.close();
}
