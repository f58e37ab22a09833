// @twa-dev/sdk, which brings Telegram's own script along
import WebApp from "@twa-dev/sdk";
import { INVOICE, POPUP, begin, count, note, offer } from "./page.js";

const asked = (call) => new Promise((resolve) => call(resolve));

begin(async () => {
  WebApp.onEvent("themeChanged", () => note("theme", WebApp.themeParams.bg_color));
  note("theme", WebApp.themeParams.bg_color);
  WebApp.BackButton.onClick(() => count("backs")).show();
  WebApp.MainButton.setText("Order").onClick(() => count("clicks")).show();
  offer({
    ask: () => asked((done) => WebApp.showPopup(POPUP, done)),
    pay: () => asked((done) => WebApp.openInvoice(INVOICE, done)),
    scan: () => asked((done) => WebApp.showScanQrPopup({ text: "Table" }, (text) => (done(text), true))),
  });
  await asked((done) => WebApp.CloudStorage.setItem("greeting", "salam", done));
  note("cloud", await asked((done) => WebApp.CloudStorage.getItem("greeting", (_error, value) => done(value))));
});
