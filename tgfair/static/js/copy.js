/* Copy, share and print buttons show themselves only where the browser can do it. */
async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.querySelector("span");
  const before = label.textContent;
  label.textContent = `✓ ${button.dataset.done}`;
  setTimeout(() => {
    label.textContent = before;
  }, 3000);
}

function share(button) {
  const { shareUrl, shareText } = button.dataset;
  /* Closing the sheet without choosing rejects; that is no fault. */
  navigator.share({ url: new URL(shareUrl, location).href, text: shareText }).catch(() => {});
}

export function start(button) {
  const { dataset } = button;
  if ("copy" in dataset && navigator.clipboard) {
    button.addEventListener("click", () => copy(button));
  } else if ("shareUrl" in dataset && navigator.share) {
    button.addEventListener("click", () => share(button));
  } else if ("print" in dataset) {
    button.addEventListener("click", () => window.print());
  } else {
    return;
  }
  button.hidden = false;
}
