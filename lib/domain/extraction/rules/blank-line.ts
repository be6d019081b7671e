import type { Rule } from "../place.js";

/** Empty paragraphs part the page for the eye; a label above them still waits for its value. */
export const blankLine: Rule = {
  name: "blank-line",
  read: (block) => (block.kind === "paragraph" && block.text.text === "" ? "context" : null),
};
