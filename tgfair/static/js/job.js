/* Follows a long job: asks every second, then every three; the finished page is the server's to draw. */
const SOON_MS = 1000;
const LATER_MS = 3000;
const PATIENT_AFTER = 10;
const LIVE = new Set(["queued", "running"]);

function show(section, job) {
  const bar = section.querySelector("[data-job-bar]");
  if (bar && job.total) {
    bar.max = job.total;
    bar.value = job.done;
  }
  const text = section.querySelector("[data-job-text]");
  if (text.textContent !== job.text) {
    text.textContent = job.text;
  }
}

async function ask(section, times) {
  let wait = times < PATIENT_AFTER ? SOON_MS : LATER_MS;
  try {
    const answer = await fetch(section.dataset.jobUrl, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const job = await answer.json();
      show(section, job);
      if (!LIVE.has(job.state)) {
        location.reload();
        return;
      }
    }
  } catch {
    wait = LATER_MS;
  }
  setTimeout(() => ask(section, times + 1), wait);
}

export function start(section) {
  setTimeout(() => ask(section, 0), SOON_MS);
}
