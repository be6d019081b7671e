import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extractSteps, type LiveStep, writeSteps } from "../../lib/domain/live-steps.js";

const aStep = fc.record({
  id: fc.uuid(),
  text: fc.string({ minLength: 1, unit: "binary" }).filter((text) => text.trim() !== ""),
  owner: fc.string({ minLength: 1, unit: "binary" }),
});

describe("the steps of a live plan", () => {
  it("each become a story under the step's id, whatever is written in them, and say where they stand", () => {
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 20 }), (steps: LiveStep[]) => {
        const body = writeSteps(steps);
        const { items, coverage } = extractSteps(body);
        expect(items.map(({ key, kind, localId }) => ({ key, kind, localId }))).toEqual(
          steps.map(({ id }) => ({ key: id, kind: "story", localId: id })),
        );
        for (const { title } of items) expect(title).not.toBe("");
        expect(items.map(({ source }) => JSON.parse(body.slice(source.item.start, source.item.end)))).toEqual(steps);
        expect(coverage.every(({ use }) => use === "item")).toBe(true);
      }),
    );
  });

  it("lose nothing of a first line that is too long for a title", () => {
    const text = "word ".repeat(100).trim();
    const [item] = extractSteps(writeSteps([{ id: "1", text, owner: "Ada" }])).items;
    expect(item?.title.length).toBeLessThanOrEqual(255);
    expect(item?.description).toContain(text);
  });

  it("keep what stands below the first line, and who owns them", () => {
    const [item] = extractSteps(
      writeSteps([{ id: "1", text: "\n Pay \n\nBy Friday\r\nAll of it", owner: "Ada" }]),
    ).items;
    expect(item).toMatchObject({ title: "Pay", description: "By Friday\n\nAll of it\n\nOwner: Ada" });
  });
});
