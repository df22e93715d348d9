/* Finds booths on the plan while typing, from the table below it; what it does not find, the server looks for. */
import { fold } from "../filter.js";

const SHOWN = 6;

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}

export function start(form) {
  const plan = document.querySelector("[data-plan]");
  const rows = [...document.querySelectorAll("[data-plan-row]")].map((row) => ({
    code: row.dataset.planRow,
    name: row.dataset.name,
    words: fold(row.textContent),
  }));
  const input = form.querySelector("input[type=search]");
  const [said, list] = [document.querySelector("[data-plan-said]"), document.querySelector("[data-plan-found]")];
  const raise = (name, detail) => plan?.dispatchEvent(new CustomEvent(name, { detail }));
  let found = [];

  const show = ({ code, name }) => {
    const link = element("a", "", { href: `#${code}` });
    link.append(element("span", code, { class: "plate s" }), ` ${name}`);
    link.addEventListener("click", () => raise("plan:find", code));
    const item = document.createElement("li");
    item.append(link);
    return item;
  };

  input.addEventListener("input", () => {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    found = words.length ? rows.filter((row) => words.every((word) => row.words.includes(word))) : [];
    raise("plan:mark", new Set(found.map((row) => row.code)));
    const more = found.length > SHOWN ? form.dataset.more.replace("0", found.length - SHOWN) : "";
    said.textContent = words.length ? `${form.dataset.count.replace("0", found.length)}${more}` : "";
    list.replaceChildren(...found.slice(0, SHOWN).map(show));
  });
  form.addEventListener("submit", (event) => {
    if (found.length > 0) {
      event.preventDefault();
      raise("plan:find", found[0].code);
    }
  });
}
