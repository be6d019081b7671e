import { failures, workerDeps } from "../build/worker.js";

export const POST = failures(workerDeps);
