/* Saves a draft 2 s after the last key and when the page is left. The server's answer is
   {"saved_at_label": "Đã lưu nháp lúc 09:42", "fields": {"version": "4"}}; a refusal is {"message": "…"}.
   What could not be sent waits in localStorage and is put back into the form on the next visit. */
const IDLE_MS = 2000;
const RETRY_MS = 15000;
const NOT_A_DRAFT = new Set(["csrf_token", "idempotency_key"]);

class Draft {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosaveUrl;
    this.key = `tgfair-draft:${new URL(this.url, location).pathname}`;
    this.line = form.querySelector("[data-saved]") ?? document.createElement("span");
    this.timer = 0;
    this.dirty = false;
    this.stopped = false;
  }

  values() {
    const typed = [...new FormData(this.form)].filter(([, value]) => typeof value === "string");
    return typed.filter(([name]) => name !== "idempotency_key");
  }

  say(text, saved) {
    this.line.textContent = text;
    this.line.classList.toggle("off", !saved);
  }

  changed(delay = IDLE_MS) {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), delay);
  }

  async save() {
    if (!this.dirty || this.stopped) {
      return;
    }
    clearTimeout(this.timer);
    this.dirty = false;
    const values = this.values();
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        body: new URLSearchParams(values),
        headers: { Accept: "application/json" },
        keepalive: true,
      });
      const data = await answer.json().catch(() => ({}));
      if (this.stopped) {
        return;
      }
      /* Whoever is led elsewhere (to sign in) has saved nothing. */
      if (answer.ok && !answer.redirected) {
        this.saved(data);
        return;
      }
      this.keep(values, data.message ?? this.line.dataset.failed);
      if (answer.status >= 500) {
        this.changed(RETRY_MS);
      }
    } catch {
      this.keep(values, this.line.dataset.offline);
      this.changed(RETRY_MS);
    }
  }

  saved(data) {
    this.forget();
    for (const [name, value] of Object.entries(data.fields ?? {})) {
      const field = this.form.elements.namedItem(name);
      if (field instanceof HTMLInputElement) {
        field.value = value;
      }
    }
    if (data.saved_at_label) {
      this.say(`✓ ${data.saved_at_label}`, true);
    }
  }

  keep(values, sentence) {
    const typed = values.filter(([name]) => !NOT_A_DRAFT.has(name));
    try {
      localStorage.setItem(this.key, JSON.stringify(typed));
    } catch {
      /* Private mode or a full disk: the text is still in the form. */
    }
    this.say(sentence ?? "", false);
  }

  forget() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      /* Nothing was kept either. */
    }
  }

  restore() {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(this.key));
    } catch {
      return;
    }
    if (!Array.isArray(kept)) {
      return;
    }
    for (const field of this.form.elements) {
      const mine = kept.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = mine.includes(field.value);
      } else if (mine.length > 0 && field.type !== "hidden" && field.type !== "file") {
        field.value = mine[0];
      }
    }
    this.changed(0);
  }
}

export function start(form) {
  const draft = new Draft(form);
  draft.restore();
  form.addEventListener("input", () => draft.changed());
  form.addEventListener("change", () => draft.changed());
  form.addEventListener("submit", () => {
    draft.stopped = true;
    clearTimeout(draft.timer);
    if (navigator.onLine) {
      draft.forget();
    } else {
      draft.keep(draft.values(), draft.line.dataset.offline);
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      draft.save();
    }
  });
  addEventListener("online", () => draft.save());
  addEventListener("pageshow", () => {
    draft.stopped = false;
  });
}
