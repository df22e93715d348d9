/* Puts a chip's text where the cursor last stood in a text of the same form. */
export function start(list) {
  const form = list.closest("form");
  let last = form.querySelector("textarea");
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea, input[type=text]")) {
      last = event.target;
    }
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chip]");
    if (button === null || last === null) {
      return;
    }
    last.setRangeText(button.dataset.chip, last.selectionStart, last.selectionEnd, "end");
    last.focus();
  });
}
