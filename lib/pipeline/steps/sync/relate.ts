import { derivedUuid } from "../../../domain/ids.js";
import type { PlanItem } from "../../../domain/plan-item.js";
import type { Difference } from "../../../domain/sync/compare.js";
import type { Reading } from "../../../domain/sync/detect.js";
import type { LinearClient } from "../../../ports-services.js";
import type { Lease } from "../../step.js";

/** Makes and takes away the *blocks* relations of items whose dependencies are to be other ones. */
export async function relate(
  differences: readonly Pick<Difference, "item" | "now" | "merge">[],
  { plan }: Reading,
  { linear, lease }: { linear: LinearClient; lease: Lease },
): Promise<void> {
  const byId = new Map<string, PlanItem>(plan.items.map((item) => [item.id, item]));
  const issueIds = differences.map(({ item }) => item.linearId ?? "");
  const existing = (await linear.readRelations(issueIds)).filter(({ type }) => type === "blocks");
  const between = (on: PlanItem | undefined, item: PlanItem) =>
    existing.filter((one) => one.issueId === on?.linearId && one.relatedIssueId === item.linearId);
  const wanted = differences.flatMap(({ item, merge }) =>
    (merge.toLinear.dependsOn ?? []).flatMap((id) => {
      const on = byId.get(id);
      if (!on?.linearId || on.linearKind !== "issue" || between(on, item).length > 0) return [];
      return [
        {
          kind: "relation" as const,
          id: relationIdOf(on, item),
          issueId: on.linearId,
          relatedIssueId: item.linearId ?? "",
        },
      ];
    }),
  );
  const gone = differences.flatMap(({ item, now, merge }) =>
    now.linear.dependsOn
      .filter((id) => !(merge.toLinear.dependsOn ?? []).includes(id))
      .flatMap((id) => between(byId.get(id), item).flatMap((one) => one.id ?? [])),
  );
  if (wanted.length > 0) {
    await lease.renew();
    await linear.writeLinks(wanted);
  }
  if (gone.length > 0) {
    await lease.renew();
    await linear.deleteRelations(gone);
  }
}

/** The same in every attempt; as when the plan was made. */
const relationIdOf = (on: PlanItem, item: PlanItem): string =>
  derivedUuid(on.id, "blocks", item.id, on.generation, item.generation);
