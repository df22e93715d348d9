// The page is written in Vietnamese; a volunteer from elsewhere reads it in English.

import { ENGLISH } from "./english.js";
import { writeMeta } from "./store.js";

const PATTERNS = Object.entries(ENGLISH)
  .filter(([text]) => text.includes("{"))
  .map(([text, english]) => [patternOf(text), english]);

let isEnglish = false;

// Called once, with what this phone keeps, before anything is shown.
export function chooseLanguage(kept) {
  isEnglish = kept === "en";
  if (isEnglish) translatePage();
}

export async function changeLanguage() {
  await writeMeta("language", isEnglish ? "vi" : "en");
  location.reload();
}

// The sentence in the language of the phone; names and what nobody translated stay as they are.
export function t(text) {
  if (!isEnglish || !text) return text;
  if (text in ENGLISH) return ENGLISH[text];
  for (const [pattern, english] of PATTERNS) {
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
