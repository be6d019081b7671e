import { sweeping, workerDeps } from "../build/worker.js";

export const GET = sweeping(workerDeps);
export const POST = sweeping(workerDeps);
