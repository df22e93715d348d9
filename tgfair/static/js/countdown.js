/* Counts down to the end of a hold or an offer by the server's clock, not the phone's. */
export function start(element) {
  const until = Date.parse(element.dataset.countdown);
  const ahead = Date.parse(element.dataset.now) - Date.now();

  function tick() {
    const left = Math.ceil((until - Date.now() - ahead) / 1000);
    if (left <= 0) {
      element.textContent = element.dataset.over;
      clearInterval(timer);
      return;
    }
    const clock = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
    const shown = clock[0] > 0 ? clock : clock.slice(1);
    element.textContent = shown.map((part) => String(part).padStart(2, "0")).join(":");
  }

  const timer = setInterval(tick, 1000);
  tick();
}
