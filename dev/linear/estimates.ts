import type { EstimationType, Team } from "./model.js";
import { refused } from "./problems.js";
import type { Switches } from "./settings.js";

const scales: Record<EstimationType, { usual: number[]; extended: number[] }> = {
  notUsed: { usual: [], extended: [] },
  exponential: { usual: [1, 2, 4, 8, 16], extended: [32, 64] },
  fibonacci: { usual: [1, 2, 3, 5, 8], extended: [13, 21] },
  linear: { usual: [1, 2, 3, 4, 5], extended: [6, 7] },
  tShirt: { usual: [1, 2, 3, 5, 8], extended: [13, 21] },
};

/** What Linear keeps of an estimate: the value itself where the team's scale has it; what else happens is not known. */
export function toEstimate(team: Team, value: number | null, switches: Switches): number | null {
  if (value === null) return null;
  const { type, extended, allowZero } = team.estimation;
  const scale = [...(allowZero ? [0] : []), ...scales[type].usual, ...(extended ? scales[type].extended : [])];
  if (scale.includes(value)) return value;
  if (switches.offScaleEstimate === "refused")
    throw refused("Argument Validation Error", `estimate must be one of the following values: ${scale.join(", ")}.`);
  return scale.reduce<number | null>(
    (nearest, step) => (nearest === null || Math.abs(step - value) < Math.abs(nearest - value) ? step : nearest),
    null,
  );
}
