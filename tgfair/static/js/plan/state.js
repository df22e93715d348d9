/* The drawing and its past. A document is never changed, only replaced by another one, so that undo is exact:
   it puts back the very document, with what was selected then. */
const MOST_STEPS = 100;

export class History {
  constructor(document) {
    this.now = { document, selection: new Set() };
    this.past = [];
    this.future = [];
    this.listeners = [];
  }

  get document() {
    return this.now.document;
  }

  get selection() {
    return this.now.selection;
  }

  get selected() {
    return this.document.objects.filter((item) => this.selection.has(item.id));
  }

  listen(listener) {
    this.listeners.push(listener);
  }

  /* One step that can be undone: `change` makes a document of a document. */
  do(change, selection = this.selection) {
    const document = change(this.document);
    if (document === this.document) {
      return;
    }
    this.past = [...this.past, this.now].slice(-MOST_STEPS);
    this.future = [];
    this.show({ document, selection: new Set(selection) });
  }

  select(ids) {
    this.show({ document: this.document, selection: new Set(ids) });
  }

  undo() {
    this.swap(this.past, this.future);
  }

  redo() {
    this.swap(this.future, this.past);
  }

  swap(from, to) {
    const then = from.pop();
    if (then) {
      to.push(this.now);
      this.show(then);
    }
  }

  show(now) {
    const before = this.now;
    this.now = now;
    this.listeners.forEach((listener) => listener(now, before));
  }
}
