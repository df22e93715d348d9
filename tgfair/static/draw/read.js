/* A strict reader of JSON: objects become Maps, and a key that stands twice is refused, which
   JSON.parse does not do. */
const MOST = 2000000;
const DEEPEST = 200;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

export class Refused extends Error {
  constructor(check, sentence) {
    super(sentence);
    this.check = check;
  }
}

function bad() {
  return new Refused("json", "Tệp không phải JSON đọc được.");
}

export function read(text) {
  if (text.length > MOST) throw new Refused("json", "Tệp quá lớn, không phải tệp bốc thăm.");
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.blanks();
  if (reader.at !== text.length) throw bad();
  return value;
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  blanks() {
    while (this.at < this.text.length && " \t\n\r".includes(this.text[this.at])) this.at += 1;
  }

  /* Takes `mark` when it comes next. */
  took(mark) {
    this.blanks();
    if (!this.text.startsWith(mark, this.at)) return false;
    this.at += mark.length;
    return true;
  }

  value(depth) {
    if (depth > DEEPEST) throw bad();
    if (this.took("{")) return this.object(depth);
    if (this.took("[")) return this.list(depth);
    if (this.took('"')) return this.string();
    if (this.took("true")) return true;
    if (this.took("false")) return false;
    if (this.took("null")) return null;
    return this.number();
  }

  object(depth) {
    const found = new Map();
    if (this.took("}")) return found;
    do {
      if (!this.took('"')) throw bad();
      const key = this.string();
      if (!this.took(":")) throw bad();
      const value = this.value(depth + 1);
      if (found.has(key)) throw new Refused("parts", "Một mục ghi hai lần trong tệp.");
      found.set(key, value);
    } while (this.took(","));
    if (!this.took("}")) throw bad();
    return found;
  }

  list(depth) {
    const found = [];
    if (this.took("]")) return found;
    do found.push(this.value(depth + 1));
    while (this.took(","));
    if (!this.took("]")) throw bad();
    return found;
  }

  string() {
    let found = "";
    for (;;) {
      const letter = this.text[this.at++];
      if (letter === undefined || letter < " ") throw bad();
      if (letter === '"') return found;
      found += letter === "\\" ? this.escape() : letter;
    }
  }

  escape() {
    const letter = this.text[this.at++];
    if (letter in ESCAPES) return ESCAPES[letter];
    const digits = this.text.slice(this.at, this.at + 4);
    if (letter !== "u" || !/^[0-9a-fA-F]{4}$/.test(digits)) throw bad();
    this.at += 4;
    return String.fromCharCode(parseInt(digits, 16));
  }

  number() {
    const pattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) throw bad();
    this.at = pattern.lastIndex;
    return Number(match[0]);
  }
}
