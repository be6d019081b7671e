import { health, healthDeps } from "../build/health.js";

export const GET = health(healthDeps);
