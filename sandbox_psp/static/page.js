// The payer's way back: by itself, late, or twice, as the form's data say.

/**
 * Send the form once beside the page, as a browser does that was told to reload.
 * @param {HTMLFormElement} form
 * @returns {Promise<void>}
 */
async function sendAside(form) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) fields.append(name, String(value));
  const isPost = form.method === "post";
  const address = isPost ? form.action : `${form.action}?${fields}`;
  /** @type {RequestInit} */
  const request = { mode: "no-cors", credentials: "include", method: isPost ? "POST" : "GET" };
  if (isPost) request.body = fields;
  await fetch(address, request).catch(() => undefined);
}

/** @param {HTMLFormElement} form */
async function goBack(form) {
  const wait = Number(form.dataset.wait ?? "0");
  await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  if (form.dataset.twice === "1") await sendAside(form);
  form.submit();
}

/** @param {HTMLFormElement} form */
function pressOnce(form) {
  let pressed = false;
  form.addEventListener("submit", (event) => {
    if (pressed) event.preventDefault();
    pressed = true;
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  });
  // A page that the browser brings back from its memory can be pressed again.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

const back = document.querySelector("#return");
if (back instanceof HTMLFormElement) void goBack(back);
const once = document.querySelector("form[data-once]");
if (once instanceof HTMLFormElement) pressOnce(once);
