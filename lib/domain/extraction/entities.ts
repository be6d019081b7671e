import { Parser } from "htmlparser2";

const known = new Map<string, string>();

/** The characters that an entity such as `&rsquo;` or `&#8217;` stands for; the entity itself where nobody knows it. */
export function decodeEntity(entity: string): string {
  const before = known.get(entity);
  if (before !== undefined) return before;
  // In HTML mode the parser knows every named entity of HTML; in XML mode, in which pages are read, it knows five.
  let decoded = "";
  const parser = new Parser({ ontext: (text) => (decoded += text) }, { decodeEntities: true });
  parser.end(entity);
  if (known.size < 4096) known.set(entity, decoded);
  return decoded;
}
