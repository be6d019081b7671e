import type { PlanId } from "../domain/ids.js";
import { previewSync } from "../pipeline/preview-sync.js";
import type { Preview } from "../ports-sync.js";
import type { Base } from "./delivering.js";
import { world } from "./worker.js";

/** What a sync run of a plan would do, read with everything that a worker has. */
export const preview = (base: Base, id: PlanId): Promise<Preview> => previewSync(id, world(base));
