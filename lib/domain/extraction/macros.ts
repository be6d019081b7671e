import type { Block, Opaque, Placed, Section } from "./blocks.js";
import { emptyText, type Mark, type RichText } from "./rich-text.js";

/** Macros whose title stands above their body. */
const TITLED = new Set(["panel", "expand", "ui-expand", "info", "note", "warning", "tip", "success", "error"]);
/** Macros that are part of a line. */
const INLINE = new Set(["status", "jira", "anchor", "mention", "emoji"]);

/** Macros that show another page; what they hold is no part of this one. */
const INCLUDES = new Set(["include", "excerpt-include"]);

/** A macro, whatever format its page was read from. */
export type Macro = {
  name: string;
  parameter(name: string): RichText;
  /** Null where the macro has no body that readers see. */
  readBody: (() => Block[]) | null;
};

/** Emoji are decoration, but a keycap is a number: "5️⃣". */
export function isKeycap(emoji: string): boolean {
  return /^(?:\d\ufe0f?\u20e3|🔟)$/u.test(emoji);
}

/** True for macros that are part of a line. */
export function isInlineMacro(name: string): boolean {
  return INLINE.has(name);
}

/** The parameter that readers see in place of an inline macro. */
export function shownParameter(name: string): { name: string; mark: Mark | null } | null {
  if (name === "status") return { name: "title", mark: "status" };
  return name === "jira" ? { name: "key", mark: null } : null;
}

/** A macro as a block: its body under its title, or nothing that belongs to the text of the page. */
export function toBlock(macro: Macro, placed: Placed): Section | Opaque {
  const { name, readBody } = macro;
  if (!readBody || INCLUDES.has(name) || macro.parameter("hidden").text === "true")
    return { kind: "opaque", name, ...placed };
  const title = TITLED.has(name) ? macro.parameter("title") : emptyText;
  return { kind: "section", name, title, blocks: readBody(), ...placed };
}
