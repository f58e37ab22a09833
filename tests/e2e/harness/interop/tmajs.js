// @tma.js/sdk
import { backButton, cloudStorage, init, invoice, mainButton, popup, qrScanner, themeParams } from "@tma.js/sdk";
import { INVOICE, POPUP, begin, count, note, offer } from "./page.js";

begin(async () => {
  init();
  themeParams.mount();
  themeParams.bgColor.sub((colour) => note("theme", colour));
  note("theme", themeParams.bgColor());
  backButton.mount();
  backButton.onClick(() => count("backs"));
  backButton.show();
  mainButton.mount();
  mainButton.onClick(() => count("clicks"));
  mainButton.setParams({ text: "Order", isVisible: true });
  offer({
    ask: () => popup.show(POPUP),
    pay: () => invoice.openUrl(INVOICE),
    scan: () => qrScanner.capture({ text: "Table", capture: () => true }),
  });
  await cloudStorage.setItem("greeting", "salam");
  note("cloud", await cloudStorage.getItem("greeting"));
});
