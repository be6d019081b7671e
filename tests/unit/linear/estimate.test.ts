import { describe, expect, it } from "vitest";
import { type Estimation, toEstimate } from "../../../lib/domain/estimate.js";

const scale = (name: Estimation["scale"], more: Partial<Estimation> = {}): Estimation => ({
  scale: name,
  extended: false,
  allowZero: false,
  ...more,
});
const extended = { extended: true };
const zero = { allowZero: true };

describe("story points become an estimate on the team's scale", () => {
  it.each<[string, number | null, Estimation, number | null, boolean]>([
    ["a value of the scale stays", 5, scale("fibonacci"), 5, false],
    ["no points stay none", null, scale("fibonacci"), null, false],
    ["not a number is none", Number.NaN, scale("fibonacci"), null, false],
    ["the nearest value is taken from below", 6, scale("fibonacci"), 5, true],
    ["the nearest value is taken from above", 7, scale("fibonacci"), 8, true],
    ["of two equally near values the larger is taken", 4, scale("fibonacci"), 5, true],
    ["halves count", 1.5, scale("fibonacci"), 2, true],
    ["above the top is the top", 13, scale("fibonacci"), 8, true],
    ["the extended scale reaches further", 13, scale("fibonacci", extended), 13, false],
    ["above the extended top is that top", 100, scale("fibonacci", extended), 21, true],
    ["without end is the top", Number.POSITIVE_INFINITY, scale("linear"), 5, true],
    ["zero is the lowest where the team has no zero", 0, scale("fibonacci"), 1, true],
    ["zero stays where the team has it", 0, scale("fibonacci", zero), 0, false],
    ["a half is one although zero is as near", 0.5, scale("linear", zero), 1, true],
    ["less than zero is the lowest", -3, scale("linear", zero), 0, true],
    ["exponential", 3, scale("exponential"), 4, true],
    ["exponential, extended", 50, scale("exponential", extended), 64, true],
    ["exponential, nearest below", 47, scale("exponential", extended), 32, true],
    ["linear, extended", 8, scale("linear", extended), 7, true],
    ["shirt sizes are numbers to Linear", 3, scale("tShirt"), 3, false],
    ["shirt sizes, extended", 20, scale("tShirt", extended), 21, true],
    ["a team that does not estimate gets none", 5, scale("notUsed", { extended: true, allowZero: true }), null, false],
  ])("%s", (_, points, estimation, estimate, rounded) => {
    expect(toEstimate(points, estimation)).toEqual({ estimate, rounded });
  });
});
