/* The one entry of every page: loads a module only where the page has work for it.
   Everything here is a convenience; each page works without. */
const MODULES = [
  ["[data-error-summary]", "./error_focus.js"],
  ["form[data-autosave-url]", "./autosave.js"],
  ["[data-photo]", "./photo.js"],
  ["[data-job-url]", "./job.js"],
  ["[data-copy], [data-share-url], [data-print]", "./copy.js"],
  ["[data-bulk]", "./select.js"],
  ["[data-plan]", "./plan.js"],
  ["[data-swap]", "./swap_drag.js"],
  ["form[data-plan-search]", "./plan/find.js"],
  ["[data-plan-editor]", "./plan/editor.js"],
  ["[data-countdown]", "./countdown.js"],
  ["[data-filter]", "./filter.js"],
  ["[data-board]", "./board.js"],
  ["[data-chips]", "./chips.js"],
];

for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const strip = tab.parentElement;
  strip.scrollLeft = tab.offsetLeft - strip.offsetLeft - (strip.clientWidth - tab.clientWidth) / 2;
}

for (const [selector, path] of MODULES) {
  const found = document.querySelectorAll(selector);
  if (found.length > 0) {
    import(path).then((module) => found.forEach((element) => module.start(element)));
  }
}
