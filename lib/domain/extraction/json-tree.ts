export type JsonObject = { kind: "object"; members: { name: string; value: JsonNode }[]; start: number; end: number };
export type JsonArray = { kind: "array"; elements: JsonNode[]; start: number; end: number };
/**
 * A string ("text"), or a number, `true`, `null` and what else stands without quotes. Its range is that of `raw`, which is how it is
 * written, without the quotes and with the escapes.
 */
export type JsonScalar = { kind: "text" | "literal"; raw: string; value: string; start: number; end: number };
export type JsonNode = JsonObject | JsonArray | JsonScalar;

/** What stands deeper is passed over: real pages stay far below, and no page may exhaust the stack. */
const DEEPEST = 300;
const OPENS = /^[\s\ufeff]*[{[]/;
const SPACE = /[\s\ufeff]+/y;
const WORD = /[^\s\ufeff"{}[\],:]+/y;
const ESCAPE = /\\(?:u[0-9a-fA-F]{4}|[^]|$)/g;
const ESCAPED: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * Reads JSON with the place of each value into an array that holds what stands at the top; empty where the text begins neither an
 * object nor an array. What is cut off or not well formed is read as far as it can be. A reader of our own, because the parsers at
 * hand exhaust the stack on deep nesting and do not say where the escapes inside a string stand.
 */
export function readJson(source: string): JsonArray {
  const root: JsonArray = { kind: "array", elements: [], start: 0, end: source.length };
  if (!OPENS.test(source)) return root;
  const nest: (JsonObject | JsonArray)[] = [root];
  /** The name of the member whose value comes next in the innermost object. */
  let name: string | null = null;
  let passedOver = 0;

  function place(value: JsonNode) {
    if (passedOver > 0) return;
    const parent = nest.at(-1);
    if (parent?.kind === "array") parent.elements.push(value);
    else if (name !== null) parent?.members.push({ name, value });
    name = null;
  }
  function open(value: JsonObject | JsonArray) {
    // A value without a name says that the end of the objects around it was lost.
    while (passedOver === 0 && name === null && nest.at(-1)?.kind === "object") end(value.start);
    if (nest.length < DEEPEST) {
      place(value);
      nest.push(value);
    } else passedOver++;
  }
  function end(at: number) {
    const ended = nest.pop();
    if (ended) ended.end = at;
  }
  function close(kind: "object" | "array", at: number) {
    name = null;
    if (passedOver > 0) {
      passedOver--;
      return;
    }
    // An end that fits only the value around the innermost one ends both; one that fits neither is one too many.
    if (nest.at(-1)?.kind !== kind && nest.at(-2)?.kind === kind && nest.length > 2) end(at);
    if (nest.at(-1)?.kind === kind && nest.length > 1) end(at + 1);
  }
  function readText(start: number): number {
    const end = endOfText(source, start);
    const raw = source.slice(start, end);
    const value = decode(raw);
    if (passedOver === 0 && name === null && nest.at(-1)?.kind === "object") name = value;
    else place({ kind: "text", raw, value, start, end });
    return end + 1;
  }
  function readWord(start: number): number {
    const end = endOfMatch(WORD, source, start);
    if (end === start) return Math.max(endOfMatch(SPACE, source, start), start + 1);
    const raw = source.slice(start, end);
    place({ kind: "literal", raw, value: raw, start, end });
    return end;
  }

  let at = 0;
  while (at < source.length) {
    const mark = source.charAt(at);
    if (mark === '"') {
      at = readText(at + 1);
      continue;
    }
    if (mark === "{") open({ kind: "object", members: [], start: at, end: source.length });
    else if (mark === "[") open({ kind: "array", elements: [], start: at, end: source.length });
    else if (mark === "}") close("object", at);
    else if (mark === "]") close("array", at);
    else if (mark === ",") name = null;
    else if (mark !== ":") {
      at = readWord(at);
      continue;
    }
    at++;
  }
  return root;
}

/** The value of the member of an object that has a name, the last one where several have it. */
export function member(node: JsonNode | null, name: string): JsonNode | null {
  return node?.kind === "object" ? (node.members.findLast((it) => it.name === name)?.value ?? null) : null;
}

/** Calls back for each piece of a string as it is written between its quotes: the text between two escapes, or one escape. */
export function readPieces(
  raw: string,
  onPlain: (text: string, at: number) => void,
  onEscape: (character: string, at: number, end: number) => void,
): void {
  let from = 0;
  for (const { 0: escape, index } of raw.matchAll(ESCAPE)) {
    if (index > from) onPlain(raw.slice(from, index), from);
    from = index + escape.length;
    onEscape(unescape(escape), index, from);
  }
  if (from < raw.length) onPlain(raw.slice(from), from);
}

function decode(raw: string): string {
  if (!raw.includes("\\")) return raw;
  let value = "";
  const add = (piece: string) => {
    value += piece;
  };
  readPieces(raw, add, add);
  return value;
}

function unescape(escape: string): string {
  const letter = escape.charAt(1);
  if (letter === "u" && escape.length > 2) return String.fromCharCode(Number.parseInt(escape.slice(2), 16));
  return ESCAPED[letter] ?? letter;
}

function endOfText(source: string, start: number): number {
  for (let quote = source.indexOf('"', start); quote >= 0; quote = source.indexOf('"', quote + 1)) {
    let before = quote;
    while (before > start && source.charAt(before - 1) === "\\") before--;
    if ((quote - before) % 2 === 0) return quote;
  }
  return source.length;
}

function endOfMatch(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(source) ? pattern.lastIndex : at;
}
