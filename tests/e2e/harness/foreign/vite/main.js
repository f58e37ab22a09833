import {
  cloudStorage, init, mainButton, popup, retrieveLaunchParams, retrieveRawInitData, themeParams, viewport,
} from "@telegram-apps/sdk";

const facts = { clicks: 0, kind: "vite" };
const show = () => {
  document.getElementById("facts").textContent = JSON.stringify(facts);
};

async function start() {
  init();
  facts.initData = retrieveRawInitData();
  facts.platform = retrieveLaunchParams().tgWebAppPlatform;
  themeParams.mountSync();
  themeParams.state.sub((theme) => {
    facts.theme = theme;
    show();
  });
  facts.theme = themeParams.state();
  await viewport.mount();
  facts.viewport = viewport.height();
  mainButton.mount();
  mainButton.setParams({ text: "Pay", isVisible: true });
  mainButton.onClick(() => {
    facts.clicks += 1;
    show();
  });
  document.getElementById("ask").addEventListener("click", async () => {
    facts.popup = await popup.show({
      message: "Sure?", buttons: [{ id: "yes", type: "default", text: "Yes" }, { type: "cancel" }],
    });
    show();
  });
  show();
  await cloudStorage.setItem("greeting", "salam");
  facts.cloud = await cloudStorage.getItem("greeting");
  show();
  const { late } = await import("./late.js");
  facts.late = late;
  show();
}

start().catch((error) => {
  facts.error = String(error);
  show();
});
