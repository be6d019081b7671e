import { describe } from "vitest";
import { type Case, keepIdentity, type Row, says } from "./readings.js";

const epic = { kind: "epic" } as const;
const feature = (under?: number): Row[2] => ({ kind: "feature", ...(under === undefined ? {} : { under }) });

const families: Case[] = [
  {
    name: "keeps the other one when one of two items of the same title is deleted",
    before: [
      [null, "Search", feature()],
      [null, "Guide", { under: 0 }],
      [null, "Orders", feature()],
      [null, "Guide", { under: 2 }],
    ],
    after: [
      [null, "Search", feature()],
      [null, "Orders", feature()],
      [null, "Guide", { under: 1 }],
    ],
    becomes: [0, null, 1, 2],
  },
  {
    name: "keeps an item whose key shifts because another of its title came in before it",
    before: [
      [null, "Search", feature()],
      [null, "Orders", feature()],
      [null, "Guide", { under: 1 }],
    ],
    after: [
      [null, "Search", feature()],
      [null, "Guide", { under: 0 }],
      [null, "Orders", feature()],
      [null, "Guide", { under: 2 }],
    ],
    becomes: [0, 2, 3],
  },
  {
    name: "keeps apart items of the same titles under a parent that was renamed in full",
    before: [
      [null, "Search", feature()],
      [null, "Tests", { under: 0 }],
      [null, "Docs", { under: 0 }],
      [null, "Orders", feature()],
      [null, "Tests", { under: 3 }],
      [null, "Docs", { under: 3 }],
    ],
    after: [
      [null, "Finding things", feature()],
      [null, "Tests", { under: 0 }],
      [null, "Docs", { under: 0 }],
      [null, "Orders", feature()],
      [null, "Tests", { under: 3 }],
      [null, "Docs", { under: 3 }],
    ],
    becomes: [0, 1, 2, 3, 4, 5],
  },
  {
    name: "knows a parent that was renamed and moved by its children",
    before: [
      [null, "Shop", epic],
      [null, "Search", feature(0)],
      [null, "Find by name", { under: 1 }],
      [null, "Filter by price", { under: 1 }],
      [null, "Office", epic],
    ],
    after: [
      [null, "Shop", epic],
      [null, "Office", epic],
      [null, "Catalogue access", feature(1)],
      [null, "Find by name", { under: 2 }],
      [null, "Filter by price", { under: 2 }],
    ],
    becomes: [0, 2, 3, 4, 1],
  },
  {
    name: "follows items that change places between parents",
    before: [
      [null, "Search", feature()],
      [null, "Find by name", { under: 0 }],
      [null, "Orders", feature()],
      [null, "Cancel an order", { under: 2 }],
    ],
    after: [
      [null, "Search", feature()],
      [null, "Cancel an order", { under: 0 }],
      [null, "Orders", feature()],
      [null, "Find by name", { under: 2 }],
    ],
    becomes: [0, 3, 2, 1],
  },
  {
    name: "follows an item reworded between neighbours that stayed",
    before: [
      [null, "Sign in"],
      [null, "Show latest orders first"],
      [null, "Sign out"],
    ],
    after: [
      [null, "Sign in"],
      [null, "List latest orders on top"],
      [null, "Sign out"],
    ],
    becomes: [0, 1, 2],
  },
  {
    name: "takes an item with nothing in common for a new one, even between neighbours that stayed",
    before: [
      [null, "Sign in"],
      [null, "Show latest orders first"],
      [null, "Sign out"],
    ],
    after: [
      [null, "Sign in"],
      [null, "Choose a theme"],
      [null, "Sign out"],
    ],
    becomes: [0, null, 2],
  },
  {
    name: "takes nothing over to a page about something else",
    before: [
      ["US-1", "Sign in"],
      ["US-2", "Show latest orders first"],
      ["US-3", "Sign out"],
    ],
    after: [
      ["HR-7", "Book a holiday"],
      ["HR-8", "Approve a journey"],
      ["HR-9", "Print a contract"],
    ],
    becomes: [null, null, null],
  },
];

describe("identity by parents, children and neighbours", () => {
  keepIdentity(families);
});

const kindsAndTexts: Case[] = [
  {
    name: "follows a story that is called an enabler now, and one that grew into a feature",
    before: [
      [null, "Payment provider", { kind: "story" }],
      [null, "Refunds", { kind: "story" }],
    ],
    after: [
      [null, "Payment provider", { kind: "enabler" }],
      [null, "Refunds", feature()],
      [null, "Refund a part", { under: 1 }],
    ],
    becomes: [0, 1],
  },
  {
    name: "gives an item that was split to the part that has its id",
    before: [["US-1", "Export as CSV and PDF", says("Commas are escaped", "Pages are numbered")]],
    after: [
      ["US-9", "Export as CSV", says("Commas are escaped")],
      ["US-1", "Export as PDF", says("Pages are numbered")],
    ],
    becomes: [1],
  },
  {
    name: "gives an item that was split into equal parts to none of them",
    before: [[null, "Export as CSV and PDF"]],
    after: [
      [null, "Export as CSV"],
      [null, "Export as PDF"],
    ],
    becomes: [null],
  },
  {
    name: "gives two items that were merged to one: that whose row stayed",
    before: [
      [null, "Export as CSV", { localId: "a" }],
      [null, "Export as PDF", { localId: "b" }],
    ],
    after: [[null, "Export as CSV and PDF", { localId: "b" }]],
    becomes: [null, 0],
  },
  {
    name: "knows an item by the Linear issue that it links to, whatever it says now",
    before: [
      [null, "Sign in", { issueLink: "ENG-1" }],
      [null, "Sign out", { issueLink: "ENG-2" }],
    ],
    after: [
      [null, "Leave for good", { issueLink: "ENG-2" }],
      [null, "Passkeys for everybody", { issueLink: "ENG-1" }],
    ],
    becomes: [1, 0],
  },
  {
    name: "sees one word in its forms",
    before: [
      [null, "Kontoverbindung ändern"],
      [null, "Rechnungen drucken"],
    ],
    after: [
      [null, "Rechnung ausdrucken"],
      [null, "Kontoverbindungen der Kundschaft ändern"],
    ],
    becomes: [1, 0],
  },
  {
    name: "compares titles in writing without spaces",
    before: [
      [null, "ログイン画面を表示する"],
      [null, "注文の履歴を見る"],
    ],
    after: [
      [null, "注文の履歴をすべて見る"],
      [null, "ログイン画面をすぐに表示する"],
    ],
    becomes: [1, 0],
  },
  {
    name: "pairs all of many items that look the same, and the first of them where some were deleted",
    before: [
      [null, "Tests"],
      [null, "Tests"],
      [null, "Tests"],
    ],
    after: [
      [null, "Tests"],
      [null, "Tests"],
    ],
    becomes: [0, 1, null],
  },
];

describe("identity by kinds and texts", () => {
  keepIdentity(kindsAndTexts);
});
