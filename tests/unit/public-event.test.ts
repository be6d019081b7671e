import { expect, it } from "vitest";
import { toPublicEvent } from "../../lib/domain/public-event.js";

const line = (body: Record<string, unknown>) => ({
  seq: 3,
  type: "agent.said",
  body,
  actor: "agent",
  at: "2026-11-29T10:00:00.000Z",
});

it("A link with which somebody connects Confluence stays in Linear", () => {
  const content = { type: "elicitation", body: "Please connect Confluence." };
  const said = line({
    content,
    auth: { url: "https://app.example/oauth/confluence?ticket=secret", providerName: "Confluence" },
  });

  expect(toPublicEvent(said)).toEqual(line({ content, auth: { providerName: "Confluence" } }));
  expect(JSON.stringify(toPublicEvent(said))).not.toContain("ticket");
});

it("Every other line of a log is shown as it is", () => {
  const said = line({
    content: { type: "thought", body: "Reading" },
    select: [{ label: "Create", value: "create#1" }],
  });
  expect(toPublicEvent(said)).toBe(said);
});
