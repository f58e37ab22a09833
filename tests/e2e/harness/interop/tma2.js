// @telegram-apps/sdk 2.x
import { backButton, cloudStorage, init, invoice, mainButton, popup, qrScanner, themeParams } from "telegram-apps-2";
import { INVOICE, POPUP, begin, count, note, offer } from "./page.js";

begin(async () => {
  init();
  await themeParams.mount();
  themeParams.backgroundColor.sub((colour) => note("theme", colour));
  note("theme", themeParams.backgroundColor());
  backButton.mount();
  backButton.onClick(() => count("backs"));
  backButton.show();
  mainButton.mount();
  mainButton.onClick(() => count("clicks"));
  mainButton.setParams({ text: "Order", isVisible: true });
  offer({
    ask: () => popup.open(POPUP),
    pay: () => invoice.open(INVOICE, "url"),
    scan: () => qrScanner.open({ text: "Table", capture: () => true }),
  });
  await cloudStorage.setItem("greeting", "salam");
  note("cloud", await cloudStorage.getItem("greeting"));
});
