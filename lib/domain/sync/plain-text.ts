/** What no reader sees: joiners, soft hyphens, marks of direction, control characters that are no white space. */
const unseen = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069]|(?!\s)\p{Cc}/gu;

/** One line of text as pages are read: white space is single blanks, and nothing is in it that no reader sees. */
export function plainLine(text: string): string {
  return text.replace(unseen, "").replace(/\s+/g, " ").trim();
}

/** The lines of some text that say anything, each in the form of `plainLine`. */
export function plainLines(text: string): string[] {
  return text.split(/\n+/).map(plainLine).filter(Boolean);
}
