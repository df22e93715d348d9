/* The draft saves itself: the whole drawing, 1.5 s after the last change, naming the version it was made from.
   Whoever comes second is told. What could not be sent waits in localStorage. */
const IDLE_MS = 1500;
const RETRY_MS = 15000;

export class Saver {
  constructor({ url, token, version, read, say, lost }) {
    Object.assign(this, { url, token, version, read, say, lost });
    this.key = `tgfair-plan:${new URL(url, location).pathname}`;
    this.timer = 0;
    this.dirty = false;
    this.sending = null;
    this.stopped = false;
    addEventListener("online", () => this.dirty && this.flush());
    addEventListener("beforeunload", (event) => {
      if (this.dirty && !this.stopped) {
        event.preventDefault();
      }
    });
  }

  changed(delay = IDLE_MS) {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), delay);
  }

  /* Sends what is not saved yet, one sending after the other; resolves when all is done or refused. */
  async flush() {
    clearTimeout(this.timer);
    while (this.sending) {
      await this.sending;
    }
    if (this.dirty && !this.stopped) {
      this.sending = this.send().finally(() => {
        this.sending = null;
      });
      await this.sending;
    }
  }

  async send() {
    this.dirty = false;
    const text = JSON.stringify(this.read());
    const body = new FormData();
    body.set("csrf_token", this.token);
    body.set("version", this.version);
    body.set("document", new Blob([text], { type: "application/json" }), "so-do.json");
    try {
      const answer = await fetch(this.url, { method: "POST", body, headers: { Accept: "application/json" } });
      const data = await answer.json().catch(() => ({}));
      if (answer.ok && data.version) {
        this.version = data.version;
        this.forget();
        this.say(`✓ ${data.saved}`, true);
      } else if (data.conflict) {
        this.stopped = true;
        this.lost(data);
      } else {
        this.keep(text, data.message ?? "Chưa lưu được. Hãy mở lại trang này và đăng nhập; bản vẽ còn trên máy này.");
      }
    } catch {
      this.keep(text, "Mất mạng. Bản vẽ giữ trên máy này và sẽ được gửi khi có mạng.");
      this.changed(RETRY_MS);
    }
  }

  /* Goes on with this drawing over that of somebody else. */
  overwrite(version) {
    this.version = version;
    this.stopped = false;
    this.changed(0);
  }

  keep(text, sentence) {
    this.dirty = true;
    try {
      localStorage.setItem(this.key, JSON.stringify({ version: this.version, text }));
    } catch {
      /* Private mode or a full disk: the drawing is still on the page. */
    }
    this.say(sentence, false);
  }

  forget() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      /* Nothing was kept either. */
    }
  }

  /* A drawing that never reached the server, made from the version that the server still has. */
  kept() {
    try {
      const found = JSON.parse(localStorage.getItem(this.key));
      return found?.version === this.version ? JSON.parse(found.text) : null;
    } catch {
      return null;
    }
  }
}
