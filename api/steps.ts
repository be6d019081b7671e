import { steps, workerDeps } from "../build/worker.js";

export const POST = steps(workerDeps);
