// The page stays on the phone: a service worker keeps its files, the home screen keeps its data.

// Called when the reader of codes is there: on a slow line the files must not be fetched twice.
export async function keepShell() {
  if (!("serviceWorker" in navigator)) return;
  const { worker, home } = document.body.dataset;
  const registration = await navigator.serviceWorker.register(worker, { scope: home }).catch(() => null);
  // A newer version that is ready takes over now: what this page runs is loaded already.
  registration?.waiting?.postMessage("take over");
}

// Shows the button when the browser offers to put the page on the home screen.
export function installable(button) {
  let offer = null;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    button.hidden = false;
  });
  button.addEventListener("click", async () => {
    button.hidden = true;
    await offer.prompt();
  });
}
