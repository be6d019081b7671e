import { expect, it } from "vitest";
import { problemCodes } from "../../../lib/contract/problem-codes.js";
import { sourceFiles, sourceOf } from "../../support/module-graph.js";

/** Of pages, webhooks, the queue and commands that no route runs: their refusals are no problems of the API. */
const elsewhere = [
  "lib/commands/authorization.ts",
  "lib/commands/connect-confluence.ts",
  "lib/commands/connect-link.ts",
  "lib/commands/connect-with-token.ts",
  "lib/commands/install-linear.ts",
  "lib/commands/session-state.ts",
  "lib/commands/sign-in-goal.ts",
  "lib/http/confluence-webhook.ts",
  "lib/http/oauth.ts",
  "lib/http/steps.ts",
  "lib/db/keyring.ts",
];
const files = sourceFiles("lib/http", "lib/commands", "lib/db").filter((file) => !elsewhere.includes(file));
const thrown = files.flatMap((file) =>
  [...sourceOf(file).matchAll(/(?:RequestError\(\s*"(\w+)",\s*(\d{3})|(?:conflict|standsOtherwise)\(\s*"(\w+)")/g)].map(
    ([, code, status, conflicting]) => ({ file, code: code ?? conflicting ?? "", status: Number(status ?? 409) }),
  ),
);

it("every code that the API refuses with is in the list, with its status", () => {
  expect(thrown.length).toBeGreaterThan(40);
  const unknown = thrown.filter(({ code, status }) => {
    // On the page that ends signing in.
    if (code === "not_installed") return false;
    const known = problemCodes[code];
    return known?.status !== status && known?.also !== status;
  });
  expect(unknown).toEqual([]);
});

it("every code in the list is one that the API refuses with", () => {
  const codes = new Set(thrown.map(({ code }) => code));
  expect(Object.keys(problemCodes).filter((code) => !codes.has(code))).toEqual(["unexpected"]);
});
