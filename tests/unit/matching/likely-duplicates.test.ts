import { describe, expect, it } from "vitest";
import { likelyDuplicates } from "../../../lib/domain/matching/likely-duplicates.js";

const issues = [
  "Sign in with passkeys",
  "Sign out everywhere",
  "Export invoices as PDF",
  "Search products by name",
  "Set up CI",
  "Dark mode for the web app",
].map((title, n) => ({ identifier: `ENG-${n + 1}`, title }));
const found = (...titles: string[]) =>
  likelyDuplicates(titles, issues).map(({ title, issue }) => `${title} = ${issue.identifier}`);

describe("likely duplicates", () => {
  it("are the same title whatever its case, accents and signs", () => {
    expect(found("SIGN IN, with passkeys!", "Set-up: CI")).toEqual([
      "SIGN IN, with passkeys! = ENG-1",
      "Set-up: CI = ENG-5",
    ]);
  });

  it("are nearly the same words, in any order and form", () => {
    expect(found("Passkey sign in")).toEqual(["Passkey sign in = ENG-1"]);
    expect(found("Exporting an invoice as PDF")).toEqual(["Exporting an invoice as PDF = ENG-3"]);
  });

  it("are titles with a letter wrong", () => {
    expect(found("Sign in with paskeys")).toEqual(["Sign in with paskeys = ENG-1"]);
  });

  it("are not titles that share a word or two and mean something else", () => {
    expect(
      found("Sign in with a magic link", "Search orders by customer", "Export orders as CSV", "Dark mode"),
    ).toEqual([]);
  });

  it("are not titles that differ in the one word that matters", () => {
    const shop = [{ title: "Passkeys for the shop" }, { title: "Passkeys for the shop first part" }];
    expect(likelyDuplicates(["Passkeys for the partners", "Invoices for the shop"], shop)).toEqual([]);
  });

  it("are none of a title of one word unless it is the same", () => {
    expect(likelyDuplicates(["Search"], [{ title: "Search products" }])).toEqual([]);
    expect(likelyDuplicates(["Search"], [{ title: "search" }])).toHaveLength(1);
  });

  it("are found among a thousand issues that have the same words", () => {
    const many = Array.from({ length: 1_000 }, (_, n) => ({ title: `Item ${n} of the plan number ${n % 70}` }));
    const titles = many.slice(0, 500).map(({ title }) => title.toUpperCase());
    expect(likelyDuplicates(titles, many)).toHaveLength(500);
    expect(likelyDuplicates(["Item of the plan"], many)).toEqual([]);
  });
});
