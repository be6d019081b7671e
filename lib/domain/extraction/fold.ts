/** Lower case without accents and with straight quotes, unit by unit: positions in the folded text are positions in the text. */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  let folded = "";
  for (let i = 0; i < text.length; i++) folded += foldUnit(text.charAt(i));
  return folded;
}

const ASCII = /^[\0-\x7f]*$/;

const folded = new Map<string, string>([
  ["’", "'"],
  ["‘", "'"],
  ["´", "'"],
  ["‐", "-"],
  ["‑", "-"],
]);

function foldUnit(unit: string): string {
  if (unit >= " " && unit <= "~") return unit.toLowerCase();
  let known = folded.get(unit);
  if (known === undefined) {
    known = unit.normalize("NFD").charAt(0).toLowerCase().charAt(0) || unit;
    folded.set(unit, known);
  }
  return known;
}

/** Two texts with the same key are the same title: case, accents, punctuation and spacing make no difference. */
export function titleKey(text: string): string {
  return fold(text)
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** The key of an item without an id: `Weekly summary` → `weekly-summary`. */
export function slug(title: string): string {
  return title
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}
