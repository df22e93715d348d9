/* Counts ticked rows in the bulk bar and ticks the whole page. */
export function start(bar) {
  const form = bar.closest("form");
  const boxes = [...form.querySelectorAll(".pick")];
  const count = bar.querySelector("[data-bulk-count]");
  const all = bar.querySelector("[data-bulk-all]");

  function refresh() {
    count.textContent = boxes.filter((box) => box.checked).length;
  }

  all.hidden = false;
  all.addEventListener("click", () => {
    const tick = boxes.some((box) => !box.checked);
    boxes.forEach((box) => {
      box.checked = tick;
    });
    refresh();
  });
  form.addEventListener("change", refresh);
  addEventListener("pageshow", refresh);
  refresh();
}
