import { describe } from "vitest";
import { type Case, keepIdentity, says } from "./readings.js";

const printedIds: Case[] = [
  {
    name: "keeps rows that were numbered anew after one came in, by their titles alone",
    before: [
      ["US-1", "Sign in"],
      ["US-2", "Sign out"],
      ["US-3", "See orders"],
    ],
    after: [
      ["US-1", "Sign in"],
      ["US-2", "Register"],
      ["US-3", "Sign out"],
      ["US-4", "See orders"],
    ],
    becomes: [0, 2, 3],
  },
  {
    name: "keeps rows that were numbered anew although their titles are nearly the same",
    before: [
      ["US-1", "Work package 1"],
      ["US-2", "Work package 2"],
      ["US-3", "Work package 3"],
    ],
    after: [
      ["US-1", "Kick-off"],
      ["US-2", "Work package 1"],
      ["US-3", "Work package 2"],
      ["US-4", "Work package 3"],
    ],
    becomes: [1, 2, 3],
  },
  {
    name: "keeps rows that were put in another order and numbered from the top",
    before: [
      ["US-1", "Sign in", says("By mail")],
      ["US-2", "Sign out", says("From each page")],
    ],
    after: [
      ["US-1", "Sign out", says("From each page")],
      ["US-2", "Sign in", says("By mail")],
    ],
    becomes: [1, 0],
  },
  {
    name: "keeps the ids of rows whose titles were exchanged while all else stayed",
    before: [
      ["US-1", "Sign in", { ...says("A code comes by mail"), localId: "a" }],
      ["US-2", "Sign out", { ...says("The session ends at once"), localId: "b" }],
    ],
    after: [
      ["US-1", "Sign out", { ...says("A code comes by mail"), localId: "a" }],
      ["US-2", "Sign in", { ...says("The session ends at once"), localId: "b" }],
    ],
    becomes: [0, 1],
  },
  {
    name: "follows title and content to another id when the old id was given to something new",
    before: [["US-3", "Export orders", says("One file for each month")]],
    after: [
      ["US-3", "Choose a theme", says("Dark and light")],
      ["US-9", "Export orders", says("One file for each month")],
    ],
    becomes: [1],
  },
  {
    name: "stays with an id whose title was changed in full, where nobody else has the title",
    before: [
      ["US-1", "Sign in"],
      ["US-2", "Sign out"],
    ],
    after: [
      ["US-1", "Passkeys for everybody"],
      ["US-2", "Sign out"],
    ],
    becomes: [0, 1],
  },
  {
    name: "takes a row with another id and another text for another item, even in the same place",
    before: [
      ["US-1", "Sign in"],
      ["US-2", "Export as CSV"],
      ["US-3", "Sign out"],
    ],
    after: [
      ["US-1", "Sign in"],
      ["US-7", "Export as PDF"],
      ["US-3", "Sign out"],
    ],
    becomes: [0, null, 2],
  },
  {
    name: "recognises items that get their first ids, reworded or not",
    before: [
      [null, "Sign in with a passkey"],
      [null, "See all orders of a year"],
    ],
    after: [
      ["US-1", "Sign in with a passkey"],
      ["US-2", "See the orders of a year"],
    ],
    becomes: [0, 1],
  },
  {
    name: "recognises items that lose their ids",
    before: [
      ["US-1", "Sign in"],
      ["US-2", "Sign out"],
    ],
    after: [
      [null, "Sign out"],
      [null, "Sign in"],
    ],
    becomes: [1, 0],
  },
  {
    name: "reads ids without regard to case, zeros and hyphens",
    before: [
      ["us-03", "Sign in"],
      ["US-4", "Sign out"],
    ],
    after: [
      ["US4", "Leave for good"],
      ["US-3", "Passkeys for everybody"],
    ],
    becomes: [1, 0],
  },
  {
    name: "keeps items whose ids all got another beginning, by number where titles are the same",
    before: [
      ["US-1", "Tests"],
      ["US-2", "Tests"],
      ["US-3", "Docs"],
    ],
    after: [
      ["WEB-1", "Tests"],
      ["WEB-2", "Tests"],
      ["WEB-3", "Docs for partners"],
    ],
    becomes: [0, 1, 2],
  },
  {
    name: "tells rows with one id by what they say, though a copy of the id came in above",
    before: [["US-1", "Sign in", says("By mail")]],
    after: [
      ["US-1", "Sign out", says("From each page")],
      ["US-1", "Sign in", says("By mail")],
    ],
    becomes: [1],
  },
];

describe("identity by printed ids", () => {
  keepIdentity(printedIds);
});

const localIds: Case[] = [
  {
    name: "keeps the original of a copied row, though both carry its local id",
    before: [
      [null, "Sign in", { localId: "a" }],
      [null, "Sign out", { localId: "b" }],
    ],
    after: [
      [null, "Sign in", { localId: "a" }],
      [null, "Sign in by mail", { localId: "a" }],
      [null, "Sign out", { localId: "b" }],
    ],
    becomes: [0, 2],
  },
  {
    name: "takes the upper of two rows for the original of a copy that says the same",
    before: [[null, "Sign in", { localId: "a" }]],
    after: [
      [null, "Sign in", { localId: "a" }],
      [null, "Sign in", { localId: "a" }],
    ],
    becomes: [0],
  },
  {
    name: "follows a row that was rewritten from end to end by its local id",
    before: [
      [null, "Sign in", { localId: "a" }],
      [null, "Sign out", { localId: "b" }],
    ],
    after: [
      [null, "Passkeys for everybody", { localId: "b" }],
      [null, "Sign in", { localId: "a" }],
    ],
    becomes: [1, 0],
  },
  {
    name: "follows texts that were carried to each other's rows with all they say",
    before: [
      [null, "Sign in", { ...says("A code comes by mail"), localId: "a" }],
      [null, "Leave", { ...says("The session ends"), localId: "b" }],
    ],
    after: [
      [null, "Leave", { ...says("The session ends"), localId: "a" }],
      [null, "Sign in", { ...says("A code comes by mail"), localId: "b" }],
    ],
    becomes: [1, 0],
  },
  {
    name: "needs no local ids: a page that was written anew keeps what it says",
    before: [
      [null, "Sign in", { localId: "a" }],
      [null, "Export orders of a year", { localId: "b", ...says("One file for each month") }],
    ],
    after: [
      [null, "Export all orders of the year", says("One file for each month")],
      [null, "Sign in"],
    ],
    becomes: [1, 0],
  },
];

describe("identity by local ids", () => {
  keepIdentity(localIds);
});
