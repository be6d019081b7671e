import { describe, expect, it } from "vitest";
import { phrasesOf } from "../../../lib/domain/extraction/phrases.js";

const phrases = phrasesOf([
  ["must", "high"],
  ["must have", "high, in two words"],
  ["won't do", "dropped"],
  ["k. a.", "none"],
  ["muss", "hoch"],
]);

describe("phrasesOf", () => {
  it("knows whole texts", () => {
    expect(["must", "must have", "must haves", "mus", ""].map(phrases.get)).toEqual([
      "high",
      "high, in two words",
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("finds the longest phrase at a place", () => {
    expect(phrases.at("must have it")).toEqual({
      phrase: "must have",
      meaning: "high, in two words",
      start: 0,
      end: 9,
    });
    expect(phrases.at("we must", 3)?.meaning).toBe("high");
    expect(phrases.at("we must")).toBeNull();
  });

  it("finds no phrase inside a word", () => {
    expect([phrases.at("mustard"), phrases.at("musst"), phrases.at("must2")]).toEqual([null, null, null]);
    expect(phrases.isIn("the mustard and the amust")).toBe(false);
  });

  it("finds phrases that end with a sign, and such in front of signs", () => {
    expect(phrases.at("k. a.")?.end).toBe(5);
    expect(phrases.find("(must), won't do!").map((it) => [it.meaning, it.start, it.end])).toEqual([
      ["high", 1, 5],
      ["dropped", 8, 16],
    ]);
  });

  it("finds all phrases from left to right, none inside another", () => {
    expect(phrases.find("must have or must").map((it) => it.phrase)).toEqual(["must have", "must"]);
    expect(phrases.find("nothing here")).toEqual([]);
  });

  it("gives a phrase that is told twice its last meaning", () => {
    expect(
      phrasesOf([
        ["a", 1],
        ["a", 2],
      ]).get("a"),
    ).toBe(2);
  });
});
