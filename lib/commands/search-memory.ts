import { grantFor, type Principal } from "../domain/principal.js";
import { whyFound } from "../domain/wording/why-found.js";
import type { MemoryHit, MemorySearch, MemoryStore } from "../ports-memory.js";

/** What the person may know of what was planned before, the best first, each with the reason in words. */
export async function searchMemory(
  principal: Principal,
  search: MemorySearch,
  deps: { memory: Pick<MemoryStore, "search"> },
): Promise<(MemoryHit & { why: string })[]> {
  const reader = { organizationId: principal.organizationId, readable: grantFor(principal, "viewer") };
  const found = await deps.memory.search(reader, search);
  return found.map((hit) => ({ ...hit, why: whyFound(hit) }));
}
