// A shop's page, written once for Telegram, once for Bale, once for us; and one that attacks the sheet.
const named = () => document.getElementById("invoice").value;
const tell = (facts) => { document.getElementById("outcome").textContent = JSON.stringify(facts); };
const say = (type, data) => window.parent.postMessage(JSON.stringify({ eventType: type, eventData: data }), "*");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const ways = {
  telegram: () => window.Telegram.WebApp.openInvoice(`https://t.me/$${named()}`, (status) => tell({ status })),
  bale: () => window.Bale.WebApp.openInvoice(`https://t.me/invoice/${named()}`, (answer) => tell(answer)),
  modern: () => window.barnamak.pay({ invoice: named() }).then(tell, (error) => tell({ code: error.code, retryable: error.retryable })),
  async attack() {
    const attacks = {};
    const tries = async (name, work) => {
      try { attacks[name] = String(await Promise.race([work(), pause(1000).then(() => "late")])); }
      catch (error) { attacks[name] = `threw ${typeof error.code === "string" ? error.code : error.name}`; }
    };
    ways.telegram();
    await pause(900); // the sheet is up and takes presses
    await tries("full-screen", () => document.documentElement.requestFullscreen());
    await tries("second-sheet", () => window.barnamak.pay({ invoice: named() }).then((done) => done.status));
    await tries("popup", () => window.barnamak.alert("رمز را اینجا بنویسید"));
    await tries("reach", () => window.top.document.title);
    await tries("confirm", () => { say("payments.confirm", { invoice: named(), key: "0123456789abcdef" }); return "sent"; });
    for (const [type, data] of [
      ["web_app_request_fullscreen", {}], ["web_app_set_header_color", { color: "#ff0000" }],
      ["web_app_set_background_color", { color: "#ff0000" }], ["web_app_expand", {}],
      ["popup_closed", {}], ["invoice_closed", { slug: named(), status: "paid" }], ["web_app_close", {}],
    ]) say(type, data);
    document.getElementById("trap").focus();
    window.focus();
    attacks.hasFocus = String(document.hasFocus());
    document.getElementById("attacks").textContent = JSON.stringify(attacks);
  },
};

for (const button of document.querySelectorAll("[data-by]")) {
  button.addEventListener("click", () => void ways[button.dataset.by]());
}
window.Telegram.WebApp.ready();
