const app = window.Telegram.WebApp;
const facts = { clicks: 0, kind: "twa" };

function show() {
  facts.initData = app.initData;
  facts.platform = app.platform;
  facts.theme = { ...app.themeParams };
  facts.scheme = app.colorScheme;
  facts.viewport = app.viewportHeight;
  document.getElementById("facts").textContent = JSON.stringify(facts);
}

app.onEvent("themeChanged", show);
app.onEvent("viewportChanged", show);
app.MainButton.setText("Pay").onClick(() => {
  facts.clicks += 1;
  show();
}).show();
document.getElementById("ask").addEventListener("click", () => {
  app.showPopup({ message: "Sure?", buttons: [{ id: "yes", type: "default", text: "Yes" }, { type: "cancel" }] }, (id) => {
    facts.popup = id;
    show();
  });
});
app.CloudStorage.setItem("greeting", "salam", () => {
  app.CloudStorage.getItem("greeting", (error, value) => {
    facts.cloud = error || value;
    show();
  });
});
app.ready();
show();
