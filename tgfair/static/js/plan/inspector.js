/* The side panel: figures of what is chosen, zones and sheet, the row tool, the picture's scale. */
import { copies, putGroup, setBackground, setFields, setSheet, setTag, setType, typeOf } from "./commands.js";
import { ghost } from "./pointer.js";
import { refuse, rowOfBooths } from "./rows.js";

const NUMBERS = ["x", "y", "w", "h", "rot", "power_w"];
const TAGS = ["cooling", "cooking", "entrance", "emergency"];
const FLAGS = ["water", "corner"];
const ONLY = {
  booth: ["type", "front", "power_w", "water", "cooling", "cooking", "corner"],
  power: ["power_w"],
  gate: ["entrance", "emergency"],
};
const LABEL = /^[A-Za-z0-9-]{1,12}$/;

export const number = (text) => (text.trim() === "" ? NaN : Number(text.replace(",", ".")));
const shown = (value) => String(value ?? "").replace(".", ",");

export class Inspector {
  constructor(editor) {
    this.editor = editor;
    const panel = (name) => editor.root.querySelector(`[data-panel="${name}"]`);
    this.panels = Object.fromEntries(["item", "row", "group", "sheet", "picture"].map((name) => [name, panel(name)]));
    this.types = Object.keys(editor.config.types);
    Object.values(this.panels).forEach((form) => form?.addEventListener("submit", (event) => event.preventDefault()));
    this.panels.item.addEventListener("change", (event) => this.change(event.target));
    this.panels.sheet.addEventListener("change", (event) => this.changeSheet(event.target));
    this.panels.picture?.addEventListener("change", (event) => this.changePicture(event.target));
    this.panels.group.addEventListener("submit", () => this.saveGroup());
    this.panels.row.addEventListener("input", () => this.previewRow());
    this.panels.row.addEventListener("submit", () => this.addRow());
    this.panels.row.closest("details").addEventListener("toggle", (event) => this.openRow(event.target.open));
  }

  field(form, name) {
    return this.panels[form].elements.namedItem(`${form}-${name}`);
  }

  focus() {
    if (!this.panels.item.hidden) {
      this.field("item", "label").focus();
    }
  }

  /* Shows what all chosen things have in common; what differs stays empty. */
  show() {
    const { history } = this.editor;
    const items = history.selected;
    this.panels.item.hidden = items.length === 0;
    this.offerZones();
    this.showSheet(history.document);
    const heading = this.editor.root.querySelector("[data-heading]");
    heading.textContent = items.length === 1 ? this.editor.nameOf(items[0]) : items.length > 1 ? `Đang chọn ${items.length}` : "Chưa chọn gì";
    if (items.length === 0) {
      return;
    }
    const common = (read) => (items.every((item) => read(item) === read(items[0])) ? read(items[0]) : null);
    const kind = common((item) => item.kind);
    for (const name of ["label", "group", ...NUMBERS, "front"]) {
      this.put("item", name, shown(common((item) => item[name] ?? "")));
    }
    this.put("item", "type", common((item) => typeOf(item, this.types)) ?? "");
    FLAGS.forEach((name) => this.tick(name, common((item) => Boolean(item[name]))));
    TAGS.forEach((tag) => this.tick(tag, common((item) => (item.tags ?? []).includes(tag))));
    for (const name of [...new Set(Object.values(ONLY).flat())]) {
      this.field("item", name).closest(".field, fieldset, .tick").hidden = !(ONLY[kind] ?? []).includes(name);
    }
    this.field("item", "label").closest(".field").hidden = items.length > 1;
    this.editor.root.querySelector("[data-several]").hidden = items.length < 2;
  }

  put(form, name, value) {
    const field = this.field(form, name);
    field.value = value;
    field.removeAttribute("aria-invalid");
  }

  tick(name, on) {
    const field = this.field("item", name);
    field.checked = on === true;
    field.indeterminate = on === null;
  }

  offerZones() {
    const { groups } = this.editor.history.document;
    if (this.offered === groups) {
      return;
    }
    this.offered = groups;
    const options = () => groups.map((group) => new Option(`${group.id} – ${group.label}`, group.id));
    this.field("item", "group").replaceChildren(new Option("Không thuộc khu nào", ""), ...options());
    const row = this.field("row", "group");
    const before = row.value;
    row.replaceChildren(...options());
    row.value = groups.some((group) => group.id === before) ? before : (groups[0]?.id ?? "");
  }

  change(field) {
    const { history } = this.editor;
    const ids = history.selection;
    const name = field.name.replace("item-", "");
    if (TAGS.includes(name)) {
      history.do(setTag(ids, name, field.checked));
    } else if (name === "type") {
      history.do(setType(ids, field.value, this.types));
    } else if (FLAGS.includes(name)) {
      history.do(setFields(ids, { [name]: field.checked }));
    } else {
      const value = NUMBERS.includes(name) ? number(field.value) : field.value.trim();
      const wrong = this.wrong(name, value, history.selected);
      field.toggleAttribute("aria-invalid", Boolean(wrong));
      this.editor.say(wrong);
      if (!wrong) {
        history.do(this.write(name, value === "" ? null : value));
      }
    }
  }

  write(name, value) {
    const ids = this.editor.history.selection;
    if (name === "label") {
      return setFields(ids, { label: value ?? "" });
    }
    return setFields(ids, { [name]: name === "group" ? (value ?? undefined) : value });
  }

  wrong(name, value, items) {
    const booths = items.some((item) => item.kind === "booth");
    if (name === "label" && booths && !LABEL.test(value)) {
      return "Mã gian phải có 1–12 ký tự, gồm chữ không dấu, số và dấu gạch ngang.";
    }
    if (name === "group" && booths && !value) {
      return "Gian hàng phải thuộc một khu.";
    }
    if (!NUMBERS.includes(name)) {
      return "";
    }
    const most = { rot: 360, power_w: 1000000 }[name] ?? 2000;
    const least = { w: 0.05, h: 0.05, power_w: 0 }[name] ?? -most;
    const good = value >= least && value <= most && (name !== "power_w" || Number.isInteger(value));
    return good ? "" : `Hãy ghi một số từ ${shown(least)} đến ${most}.`;
  }

  showSheet(document) {
    const { name, size, north } = document;
    Object.entries({ name, width: size[0], height: size[1], north }).forEach(([key, value]) => this.put("sheet", key, shown(value)));
    if (this.panels.picture && document.background) {
      ["x", "y", "scale", "rot", "opacity"].forEach((key) => this.put("picture", key, shown(document.background[key])));
    }
  }

  changeSheet(field) {
    const name = field.name.replace("sheet-", "");
    const { history } = this.editor;
    const value = name === "name" ? field.value.trim() : number(field.value);
    const [w, h] = history.document.size;
    const good = name === "name" ? value !== "" && value.length <= 120 : name === "north" ? Math.abs(value) <= 360 : value > 0 && value <= 2000;
    field.toggleAttribute("aria-invalid", !good);
    this.editor.say(good ? "" : "Hãy ghi lại: số lớn hơn 0, nhiều nhất 2000 m; hướng bắc đến 360°.");
    if (good) {
      const fields = { width: { size: [value, h] }, height: { size: [w, value] } }[name] ?? { [name]: value };
      history.do(setSheet(fields));
    }
  }

  changePicture(field) {
    const name = field.name.replace("picture-", "");
    const value = number(field.value);
    const range = { scale: [0.0001, 100], opacity: [0, 1], rot: [-360, 360] }[name] ?? [-2000, 2000];
    const good = value >= range[0] && value <= range[1];
    field.toggleAttribute("aria-invalid", !good);
    if (good && this.editor.history.document.background) {
      this.editor.history.do(setBackground({ [name]: value }));
    }
  }

  saveGroup() {
    const [id, label, color] = ["id", "label", "color"].map((name) => this.field("group", name).value.trim());
    const good = /^[A-Za-z0-9-]{1,8}$/.test(id) && label && label.length <= 120 && /^#[0-9A-Fa-f]{6}$/.test(color);
    this.editor.say(good ? `Đã lưu khu ${id}.` : "Mã khu có 1–8 chữ không dấu hoặc số; cần tên khu; màu ghi như #F6C65B.");
    if (good) {
      this.editor.history.do(putGroup({ id, label, color }));
    }
  }

  request() {
    const read = (name) => this.field("row", name);
    const figures = ["count", "x", "y", "w", "d", "gap", "rot", "first", "power_w"];
    return {
      ...Object.fromEntries(figures.map((name) => [name, number(read(name).value)])),
      group: read("group").value,
      pattern: read("pattern").value.trim(),
      numbering: read("numbering").value,
      type: read("type").value,
      double: read("double").checked,
      backwards: read("backwards").checked,
    };
  }

  openRow(open) {
    if (open) {
      const [x, y] = this.editor.viewport.middle();
      this.put("row", "x", shown(Math.round(x - 15)));
      this.put("row", "y", shown(Math.round(y)));
    }
    this.previewRow(open);
  }

  previewRow(open = true) {
    const request = this.request();
    const wrong = open && !refuse(request) ? "" : refuse(request);
    const items = open && !wrong ? rowOfBooths(request, () => "") : [];
    this.editor.sheet.over.replaceChildren(...ghost(items));
  }

  addRow() {
    const request = this.request();
    const wrong = refuse(request) || (request.group ? "" : "Hãy thêm khu trước.");
    this.editor.say(wrong);
    if (!wrong) {
      const items = rowOfBooths(request, this.editor.newId);
      this.panels.row.closest("details").open = false;
      this.editor.addItems(items);
      this.editor.say(`Đã thêm ${items.length} gian, từ ${items[0].label} đến ${items.at(-1).label}.`);
      this.editor.board.focus();
    }
  }

  duplicate() {
    const { history } = this.editor;
    if (history.selection.size > 0) {
      this.editor.addItems(copies(history.document, history.selected, this.editor.newId));
    }
  }
}
