// The page is written in Vietnamese; a volunteer from elsewhere reads it in English.

import { writeMeta } from "./store.js";

// Vietnamese phones never load it.
let sentences = null;
let patterns = [];

// Called once, with what this phone keeps, before anything is shown.
export async function chooseLanguage(kept) {
  if (kept !== "en") return;
  sentences = (await import("./english.js")).ENGLISH;
  patterns = Object.entries(sentences)
    .filter(([text]) => text.includes("{"))
    .map(([text, english]) => [patternOf(text), english]);
  translatePage();
}

export async function changeLanguage() {
  await writeMeta("language", sentences ? "vi" : "en");
  location.reload();
}

// The sentence in the language of the phone; names and what nobody translated stay as they are.
export function t(text) {
  if (!sentences || !text) return text;
  if (text in sentences) return sentences[text];
  for (const [pattern, english] of patterns) {
    const found = pattern.exec(text);
    if (found) return english.replace(/\{(\w+)\}/g, (_, name) => t(found.groups[name]));
  }
  return text;
}

function patternOf(text) {
  const escaped = text.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\{(\w+)\}/g, "(?<$1>.*)")}$`, "s");
}

function translatePage() {
  document.documentElement.lang = "en";
  document.title = t(document.title);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data } = walker.currentNode;
    if (data.trim()) walker.currentNode.data = data.replace(data.trim(), t(data.trim()));
  }
  for (const element of document.querySelectorAll("[aria-label]")) {
    element.setAttribute("aria-label", t(element.getAttribute("aria-label")));
  }
}
