import type { Adf } from "./adf-twin.js";

/** ADF nodes, as short as tests want them. */
export const node = (type: string, attrs: Record<string, unknown>, ...content: Adf[]): Adf => ({
  type,
  attrs,
  content,
});
export const text = (words: string, ...marks: (string | Adf)[]): Adf => ({
  type: "text",
  text: words,
  ...(marks.length > 0 ? { marks: marks.map((mark) => (typeof mark === "string" ? { type: mark } : mark)) } : {}),
});
export const p = (...content: (Adf | string)[]) =>
  node("paragraph", {}, ...content.map((it) => (typeof it === "string" ? text(it) : it)));
export const h = (level: unknown, words: string) => node("heading", { level }, text(words));
export const li = (...content: Adf[]) => node("listItem", {}, ...content);
export const extension = (type: string, key: string, parameters: Record<string, string>, ...content: Adf[]) => {
  const macroParams = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, { value }]));
  return node(type, { extensionType: "core", extensionKey: key, parameters: { macroParams } }, ...content);
};
/** A document of these nodes as Confluence gives it. */
export const json = (...content: Adf[]) => JSON.stringify({ type: "doc", version: 1, content });
