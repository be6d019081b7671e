import type { EstimateScale } from "./estimate-scale.js";

/** How a team of Linear estimates. */
export type Estimation = {
  scale: EstimateScale;
  extended: boolean;
  allowZero: boolean;
};

const scales = {
  notUsed: { values: [], extension: [] },
  exponential: { values: [1, 2, 4, 8, 16], extension: [32, 64] },
  fibonacci: { values: [1, 2, 3, 5, 8], extension: [13, 21] },
  linear: { values: [1, 2, 3, 4, 5], extension: [6, 7] },
  tShirt: { values: [1, 2, 3, 5, 8], extension: [13, 21] },
} satisfies Record<EstimateScale, { values: number[]; extension: number[] }>;

/** Maps story points onto a team's scale: the nearest value, of two equally near ones the larger; `rounded` where it is another number. */
export function toEstimate(
  points: number | null,
  { scale, extended, allowZero }: Estimation,
): { estimate: number | null; rounded: boolean } {
  if (points === null || Number.isNaN(points)) return { estimate: null, rounded: false };
  const { values, extension } = scales[scale];
  if (values.length === 0) return { estimate: null, rounded: false };
  const allowed = [...(allowZero ? [0] : []), ...values, ...(extended ? extension : [])];
  const bounded = Math.min(points, Math.max(...allowed));
  const estimate = allowed.reduce((best, value) =>
    Math.abs(value - bounded) <= Math.abs(best - bounded) ? value : best,
  );
  return { estimate, rounded: estimate !== points };
}
