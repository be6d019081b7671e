import type { memoryRoutes } from "../../../contract/routes/memory.js";
import type { Handlers } from "../kernel.js";

export type MemoryDeps = Record<never, never>;

export const memoryHandlers: Handlers<typeof memoryRoutes, MemoryDeps> = {};
