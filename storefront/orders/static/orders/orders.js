// @ts-check
/** The checkout: a choice is sent at once, so that the sum below is always the sum of it. */

for (const form of document.querySelectorAll("form[data-choices]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  form.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === "radio") form.requestSubmit();
  });
}
