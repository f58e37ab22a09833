window.heard = [];
window.hashAtStart = location.hash;
for (const event of ["theme", "viewport", "mainButton", "backButton", "settingsButton", "visibility", "closed"]) {
  barnamak.on(event, (data) => window.heard.push([event, data]));
}
window.starts = Number(localStorage.getItem("starts")) + 1;
localStorage.setItem("starts", String(window.starts));
barnamak.ready();
