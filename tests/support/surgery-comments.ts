import { Parser } from "htmlparser2";
import type { Random } from "./surgery-random.js";

/** A text of a page: where it stands, and the mark around it (`<strong>`), which begins and ends in the same line. */
type PlacedText = { start: number; end: number; block: number; mark: { start: number; end: number } | null };

const MARKS = new Set(["strong", "em", "u", "a", "code", "span", "b", "i"]);
/** What Confluence shows in another way than as text, or does not show. */
const OPAQUE =
  /^(?:ac:parameter|ac:plain-text-.*|ac:link|ac:placeholder|ac:task-(?:id|uuid|status)|ac:adf-.*|script|style|time|ac:image)$/;

/**
 * A page with inline comments, as Confluence writes them: on a word and on a whole text, on words of which some are bold, one within
 * another, and from one paragraph, cell or bullet to the next, where each part has the same name.
 */
export function withComments(body: string, random: Random): string {
  const texts = textsOf(body).filter(({ start, end }) => /\p{L}{2}/u.test(body.slice(start, end)));
  const edits: { at: number; text: string; rank: number }[] = [];
  const mark = (start: number, end: number, name: string, rank = 0) => {
    edits.push({ at: start, text: `<ac:inline-comment-marker ac:ref="planted-${name}">`, rank: 1 + rank });
    edits.push({ at: end, text: "</ac:inline-comment-marker>", rank: -1 - rank });
  };
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at];
    if (!text) continue;
    const { start, end } = trimmed(body, text);
    const words = [...body.slice(start, end).matchAll(/(?<=^|\s)\p{L}{2,}(?=\s|$)/gu)];
    const word = words.length > 0 ? random.pick(words) : null;
    const [from, to] = word ? [start + word.index, start + word.index + word[0].length] : [start, end];
    const next = texts[at + 1];
    switch (random.below(7)) {
      case 0:
      case 1:
        mark(from, to, `word-${at}`);
        break;
      case 2:
        mark(start, end, `whole-${at}`);
        break;
      case 3:
        mark(start, end, `outer-${at}`, 1);
        mark(from, to, `inner-${at}`);
        break;
      case 4:
        if (next && next.block !== text.block) {
          mark(from, end, `both-${at}`);
          const second = trimmed(body, next);
          mark(second.start, second.end, `both-${at}`);
          at++;
        }
        break;
      case 5:
        // From words in bold to the words behind them.
        if (text.mark && next && next.block === text.block && !next.mark && next.start === text.mark.end) {
          const behind = /^\s*\S*/.exec(body.slice(next.start, next.end))?.[0].length ?? 0;
          if (!body.slice(next.start, next.start + behind).includes("&"))
            mark(text.mark.start, next.start + behind, `bold-${at}`, 1);
          at++;
        }
        break;
    }
  }
  return edits
    .toSorted((a, b) => b.at - a.at || a.rank - b.rank || 0)
    .reduce((marked, { at, text }) => marked.slice(0, at) + text + marked.slice(at), body);
}

function trimmed(body: string, { start, end }: { start: number; end: number }) {
  const text = body.slice(start, end);
  return { start: start + (text.length - text.trimStart().length), end: end - (text.length - text.trimEnd().length) };
}

function textsOf(body: string): PlacedText[] {
  const texts: PlacedText[] = [];
  const open: { name: string; start: number; texts: PlacedText[] }[] = [];
  let block = 0;
  let cdata = false;
  const parser = new Parser(
    {
      onopentag(name) {
        if (!MARKS.has(name)) block++;
        open.push({ name, start: parser.startIndex, texts: [] });
      },
      onclosetag(name) {
        const closed = open.pop();
        if (!MARKS.has(name)) block++;
        const around = open.at(-1);
        const isMark = MARKS.has(name) && !(around && MARKS.has(around.name));
        for (const text of isMark && closed?.texts.length === 1 ? closed.texts : [])
          text.mark = { start: closed?.start ?? 0, end: parser.endIndex + 1 };
      },
      oncdatastart: () => (cdata = true),
      oncdataend: () => (cdata = false),
      ontext() {
        if (
          cdata ||
          open.length === 0 ||
          open.some(({ name }) => OPAQUE.test(name) || name === "ac:inline-comment-marker")
        )
          return;
        const last = texts.at(-1);
        const [start, end] = [parser.startIndex, parser.endIndex + 1];
        if (last && last.end === start) return void (last.end = end);
        const text: PlacedText = { start, end, block, mark: null };
        texts.push(text);
        open.at(-1)?.texts.push(text);
      },
    },
    { xmlMode: true, decodeEntities: false },
  );
  parser.end(body);
  return texts;
}

const MARKER = /<(\/?)ac:inline-comment-marker(?: ac:ref="(planted-[\w-]+)")?[^>]*>/g;

type CommentPart = { name: string; words: string[]; isEmpty: boolean };

/** The comments on a page: each part by its name, and the words that it is about; a number or a dash is no word, but something. */
function commentsOn(body: string): CommentPart[] {
  const comments: CommentPart[] = [];
  const open: { name: string; start: number }[] = [];
  for (const match of body.matchAll(MARKER)) {
    if (match[1] !== "/") open.push({ name: match[2] ?? "", start: match.index + match[0].length });
    else {
      const opened = open.pop();
      if (!opened?.name) continue;
      const markup = body.slice(opened.start, match.index);
      comments.push({ name: opened.name, words: wordsOf(markup), isEmpty: withoutTags(markup).trim() === "" });
    }
  }
  return comments;
}

/** Comments that are gone although a word of theirs is not, that are there twice, or are about nothing. */
export function lostComments(before: string, after: string): string[] {
  const [was, is] = [countsOf(commentsOn(before)), countsOf(commentsOn(after))];
  const [wordsBefore, wordsAfter] = [countsOf(wordsOf(before)), countsOf(wordsOf(after))];
  const problems: string[] = [];
  for (const [name, parts] of was) {
    const left = is.get(name)?.length ?? 0;
    if (left > parts.length) problems.push(`the comment ${name} is there ${left} times instead of ${parts.length}`);
    if (left >= parts.length) continue;
    const kept = new Set(is.get(name)?.flatMap(({ words }) => words));
    const remaining = parts
      .flatMap(({ words }) => words)
      .filter((word) => !kept.has(word) && (wordsAfter.get(word)?.length ?? 0) >= (wordsBefore.get(word)?.length ?? 0));
    if (remaining.length > 0) problems.push(`the comment ${name} is gone, “${remaining.join(" ")}” is not`);
  }
  for (const { name, isEmpty } of commentsOn(after)) {
    const wasEmpty = was.get(name)?.some((part) => part.isEmpty) ?? false;
    if (isEmpty && !wasEmpty) problems.push(`the comment ${name} is about nothing`);
  }
  return problems;
}

function countsOf<Thing extends string | { name: string }>(all: readonly Thing[]): Map<string, Thing[]> {
  const counts = new Map<string, Thing[]>();
  for (const it of all) {
    const name = typeof it === "string" ? it : it.name;
    counts.set(name, [...(counts.get(name) ?? []), it]);
  }
  return counts;
}

function wordsOf(markup: string): string[] {
  return withoutTags(markup).match(/[\p{L}\p{N}]{2,}/gu) ?? [];
}

function withoutTags(markup: string): string {
  return markup.replace(/<[^<>]*>/g, " ");
}
