// @ts-check
/** A shop's forms with pictures: what was chosen is shown before it is sent. Works without this. */

/** @param {HTMLInputElement} input */
function preview(input) {
  const frame = input.closest(".shutter")?.querySelector("[data-preview]");
  if (!frame || !input.files?.length) return;
  for (const old of frame.querySelectorAll("img")) URL.revokeObjectURL(old.src);
  frame.replaceChildren(
    ...[...input.files].map((file) => {
      const picture = document.createElement("img");
      picture.src = URL.createObjectURL(file);
      picture.alt = file.name;
      return picture;
    }),
  );
  frame.classList.add("is-filled");
}

document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.matches("[data-picture]")) {
    preview(event.target);
  }
});
