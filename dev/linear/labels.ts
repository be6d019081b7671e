import { labelEvent } from "./events.js";
import type { Label } from "./model.js";
import { missingEntry, notFound, refused } from "./problems.js";
import { type Actor, canSeeTeam, find, freshEntity, newId, organizationOf, type Store } from "./store.js";

export type LabelInput = {
  id?: string | null;
  name: string;
  color?: string | null;
  description?: string | null;
  isGroup?: boolean | null;
  parentId?: string | null;
  teamId?: string | null;
};

export function createLabel(store: Store, actor: Actor, input: LabelInput): Label {
  const { world } = store;
  const id = newId(world.labels, "IssueLabel", input.id);
  const name = input.name.trim();
  if (name === "") throw refused("Argument Validation Error", "name must not be empty.");
  const team = input.teamId ? find(world.teams, actor, input.teamId) : null;
  if (team === undefined || (team && !canSeeTeam(store, actor, team.id))) throw notFound("Team");
  const group = input.parentId ? find(world.labels, actor, input.parentId) : null;
  if (group === undefined || (group && !group.isGroup)) throw missingEntry("parentId");
  checkNameIsFree(store, actor, name, team?.id ?? null);
  const label: Label = {
    ...freshEntity(store, actor.organizationId),
    id,
    name,
    color: input.color ?? "#bec2c8",
    description: input.description ?? null,
    isGroup: input.isGroup ?? false,
    parentId: group?.id ?? null,
    teamId: team?.id ?? null,
    creatorId: actor.userId,
  };
  world.labels.push(label);
  store.touch();
  store.notify(label.organizationId, labelEvent(store, actor, label));
  return label;
}

/** A name stands once among the labels that a team can use: its own, of any group, and those of the workspace. */
function checkNameIsFree(store: Store, actor: Actor, name: string, teamId: string | null): void {
  const same = store.world.labels.find(
    (label) =>
      label.organizationId === actor.organizationId &&
      label.name.toLowerCase() === name.toLowerCase() &&
      (label.teamId === null || teamId === null || label.teamId === teamId),
  );
  if (!same) return;
  const team = find(store.world.teams, actor, same.teamId);
  const place = team ? `team "${team.name}"` : `workspace "${organizationOf(store, actor.organizationId).name}"`;
  throw refused(`Label "${same.name}" already exists in ${place}.`);
}
