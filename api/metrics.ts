import { metrics, metricsDeps } from "../build/metrics.js";

export const GET = metrics(metricsDeps);
