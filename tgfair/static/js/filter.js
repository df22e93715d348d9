/* Narrows a list that is already on the page while typing; marks and case do not count ("mam tom" finds "Mắm tôm"). */
export function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
}

export function start(input) {
  input.closest("[data-filter-field]").hidden = false;
  const items = [...document.querySelectorAll(`${input.dataset.filter} > *`)];
  const folded = items.map((item) => fold(item.textContent));
  input.addEventListener("input", () => {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    items.forEach((item, index) => {
      item.hidden = !words.every((word) => folded[index].includes(word));
    });
  });
}
