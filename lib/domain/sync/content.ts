/** The paragraphs of a text: what empty lines part. */
export function paragraphsOf(text: string): string[] {
  return text
    .replace(/\r\n?/g, "\n")
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph.trim() !== "");
}

/** The lines of a text that say something. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n?|\n/).filter((line) => line.trim() !== "");
}

/** The words of a text with the signs that touch them. */
export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** What a text says, whatever blanks it is spelled with: two texts with the same content are equal to a merge. */
export function contentOf(text: string): string {
  return paragraphsOf(text)
    .map((paragraph) =>
      linesOf(paragraph)
        .map((line) => wordsOf(line).join(" "))
        .join("\n"),
    )
    .join("\n\n");
}
