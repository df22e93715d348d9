/* The projector: one lot after the other. The page holds everything, so it goes on without a network.
   Space or → next, ← back, P plays or pauses, Home begins anew, End shows the last. */
const SECONDS = 4;
const stage = document.querySelector("[data-stage]");
if (stage) start(JSON.parse(document.getElementById("steps").textContent));

function start(steps) {
  const part = (name) => stage.querySelector(`[data-${name}]`);
  const play = part("play");
  let at = 0;
  let timer = 0;

  function show() {
    const step = steps[at];
    part("where").textContent = `Khu ${step.zone} · thăm số ${step.lot} · ${at + 1}/${steps.length}`;
    part("who").textContent = step.name;
    part("plate").textContent = step.plate;
    part("next").replaceChildren(
      ...steps.slice(at + 1, at + 6).map((coming) => {
        const line = document.createElement("li");
        line.textContent = `${coming.zone} ${coming.lot}. ${coming.name}`;
        return line;
      }),
    );
  }

  function go(to) {
    at = Math.min(Math.max(to, 0), steps.length - 1);
    if (at === steps.length - 1) pause();
    show();
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    play.textContent = play.dataset.go;
  }

  function toggle() {
    if (timer) {
      pause();
      return;
    }
    timer = setInterval(() => go(at + 1), SECONDS * 1000);
    play.textContent = play.dataset.pause;
  }

  const keys = {
    " ": () => go(at + 1),
    ArrowRight: () => go(at + 1),
    PageDown: () => go(at + 1),
    ArrowLeft: () => go(at - 1),
    PageUp: () => go(at - 1),
    Home: () => go(0),
    End: () => go(steps.length - 1),
    p: toggle,
    P: toggle,
  };
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  part("back").addEventListener("click", () => go(at - 1));
  part("forward").addEventListener("click", () => go(at + 1));
  play.addEventListener("click", toggle);
  document.querySelector("[data-table]").hidden = true;
  stage.hidden = false;
  show();
}
