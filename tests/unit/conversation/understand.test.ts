import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { understand } from "../../../lib/domain/conversation/understand.js";
import { proposal, type ReplyRow, replies } from "./replies.js";
import { blindReplies } from "./replies-blind.js";

/** The intent in the form in which the row speaks of it. */
function seenBy({ reply, expected, context }: ReplyRow): ReplyRow["expected"] {
  const intent = understand(reply, { ...proposal, ...context });
  if (typeof expected === "string") return intent.type;
  return "not" in expected && intent.type !== expected.not ? expected : intent;
}

const nameOf = (row: ReplyRow) => `“${row.reply}” to ${row.context?.question ?? proposal.question}`;

describe("understands replies in four languages", () => {
  it.each([...replies, ...blindReplies].map((row) => [nameOf(row), row] as const))("%s", (_, row) => {
    expect(seenBy(row)).toEqual(row.expected);
  });
});

describe("never creates on a guess", () => {
  const creating = replies.filter((row) => understand(row.reply, { ...proposal, ...row.context }).type === "create");
  const inWords = creating.filter((row) => /^[\p{L}\s,.'’!-]+$/u.test(row.reply));
  const refusals = [
    "don't ",
    "please do not ",
    "never ",
    "not yet: ",
    "if Anna agrees, ",
    "should I ",
    "nicht ",
    "wenn Anna will, ",
    "ne ",
    "si Anna veut, ",
    "no ",
    "nunca ",
    "no, wait, ",
  ];

  it.each(refusals)("not when “%s” stands before an approval", (refusal) => {
    for (const { reply } of inWords)
      expect({ reply, type: understand(refusal + reply, proposal).type }).not.toEqual({ reply, type: "create" });
  });

  it.each(refusals)("nor undoes anything where “%s” stands before an undo", (refusal) => {
    const wishes = ["undo it", "Mach das rückgängig", "annule la création", "deshazlo todo", "roll everything back"];
    for (const text of wishes.flatMap((wish) => [wish, `${wish}, Anna was here`]))
      expect({ text, type: understand(refusal + text, proposal).type }).not.toEqual({ text, type: "undo" });
  });

  it.each([
    " not",
    ", not yet",
    "?",
    " tomorrow",
    " if possible",
    " later",
    " nicht",
    " noch nicht",
    " pas",
    " mañana",
    " or not",
  ])("not when “%s” stands behind an approval", (refusal) => {
    for (const { reply } of inWords)
      expect({ reply, type: understand(reply.replace(/[.!]+$/, "") + refusal, proposal).type }).not.toEqual(
        // "Could you create them?" stays the polite request that it was.
        refusal === "?" && /\?|could|kannst|puedes/i.test(reply) ? {} : { reply, type: "create" },
      );
  });

  it("not where one word of an approval is unknown", () => {
    const noise = fc.stringMatching(/^[b-df-hj-np-tv-z]{4,9}$/);
    fc.assert(
      fc.property(fc.constantFrom(...inWords), noise, fc.boolean(), ({ reply }, word, isFirst) => {
        const text = isFirst ? `${word} ${reply}` : `${reply} ${word}`;
        expect({ text, type: understand(text, proposal).type }).not.toEqual({ text, type: "create" });
      }),
    );
  });

  it("reads any text without falling over", () => {
    const words = fc.constantFrom(
      "create",
      "skip",
      "US-3",
      "to",
      "first",
      "feature",
      "2",
      "-",
      ",",
      "and",
      "not",
      "“",
      "”",
      "(",
      "[",
      "\\",
      "*",
      "?",
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), fc.string({ unit: "grapheme" }), (some, other) => {
        expect(understand(`${some.join(" ")} ${other}`, proposal).type).toBeTypeOf("string");
      }),
    );
  });

  it("gives a page no power over everyday words", () => {
    const items = ["Do not", "don't", "Not yet", "Create", "Go ahead", "Cancel everything", ".*", "(", "No, wait"].map(
      (title) => ({
        key: title.toLowerCase().replaceAll(" ", "-"),
        kind: "story" as const,
        title,
      }),
    );
    for (const reply of ["do not create", "don't create", "not yet, create", "no, wait, create"])
      expect(understand(reply, { ...proposal, items }).type).not.toBe("create");
    expect(understand("create", { ...proposal, items })).toMatchObject({ type: "create", selection: { mode: "all" } });
    expect(understand("go ahead", { ...proposal, items })).toMatchObject({
      type: "create",
      selection: { mode: "all" },
    });
    expect(understand("cancel everything", { ...proposal, items }).type).toBe("cancel");
  });
});
