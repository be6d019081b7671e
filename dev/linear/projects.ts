import { createHash } from "node:crypto";
import { projectEvent } from "./events.js";
import { rewriteMarkdown } from "./markdown.js";
import type { Project } from "./model.js";
import { missingEntry, refused } from "./problems.js";
import { type Actor, canSeeTeam, find, freshEntity, load, newId, type Store } from "./store.js";

export type ProjectInput = {
  id?: string | null;
  name?: string | null;
  description?: string | null;
  content?: string | null;
  priority?: number | null;
  teamIds?: string[] | null;
  trashed?: boolean | null;
};

const longestDescription = 255;

export function createProject(store: Store, actor: Actor, input: ProjectInput): Project {
  const { world } = store;
  const id = newId(world.projects, "Project", input.id);
  const fields = readProject(store, actor, input);
  if (!fields.name) throw refused("Argument Validation Error", "name must not be empty.");
  const project: Project = {
    ...freshEntity(store, actor.organizationId),
    id,
    description: "",
    content: null,
    priority: 0,
    slugId: createHash("sha256").update(id).digest("hex").slice(0, 12),
    creatorId: actor.userId,
    trashed: false,
    teamIds: [],
    ...fields,
    name: fields.name,
  };
  world.projects.push(project);
  store.touch();
  store.notify(project.organizationId, projectEvent(store, actor, "create", project));
  return project;
}

export function updateProject(store: Store, actor: Actor, id: string, input: ProjectInput): Project {
  const project = load(store.world.projects, actor, id, "Project");
  const fields = readProject(store, actor, input);
  const changed = (Object.keys(fields) as (keyof typeof fields)[]).filter(
    (key) => JSON.stringify(project[key]) !== JSON.stringify(fields[key]),
  );
  if (changed.length === 0) return project;
  const before = Object.fromEntries(changed.map((key) => [key, project[key]]));
  const previous = { ...before, updatedAt: project.updatedAt };
  Object.assign(project, fields, { updatedAt: store.stamp() });
  if (fields.trashed !== undefined) project.archivedAt = fields.trashed ? project.updatedAt : null;
  store.touch();
  const action = fields.trashed === true ? "remove" : "update";
  store.notify(project.organizationId, projectEvent(store, actor, action, project, previous));
  return project;
}

function readProject(store: Store, actor: Actor, input: ProjectInput): Partial<Project> {
  const fields: Partial<Project> = {};
  if (input.name != null) fields.name = input.name.trim();
  if (input.content !== undefined) fields.content = input.content === null ? null : rewriteMarkdown(input.content);
  if (input.priority != null) fields.priority = input.priority;
  if (input.trashed != null) fields.trashed = input.trashed;
  if (input.description != null) {
    if (input.description.length > longestDescription)
      throw refused(
        "Argument Validation Error",
        `description must be shorter than or equal to ${longestDescription} characters.`,
      );
    fields.description = input.description;
  }
  if (input.teamIds != null) {
    const known = input.teamIds.every((id) => find(store.world.teams, actor, id) && canSeeTeam(store, actor, id));
    if (!known || input.teamIds.length === 0) throw missingEntry("teamIds");
    fields.teamIds = [...new Set(input.teamIds)];
  }
  return fields;
}
