import type { EngagementId, OrganizationId, UserId } from "./ids.js";

/** What somebody may do, from little to much: a viewer reads, a member plans, an admin decides who else may. */
export type Role = "viewer" | "member" | "admin";
export const roles = ["viewer", "member", "admin"] as const satisfies Role[];

/** The most that an API token may do, whatever its owner may. */
export type Scope = "read" | "write" | "admin";
const roleOfScope: Record<Scope, Role> = { read: "viewer", write: "member", admin: "admin" };

/** Who makes a request. Everything it reads or changes belongs to this organization. */
export type Principal = {
  organizationId: OrganizationId;
  userId: UserId;
  /** How logs name the person. */
  linearUserId: string;
  name: string;
  /** In the organization. */
  role: Role;
  /** Roles in engagements that differ from the one in the organization. */
  engagementRoles: Record<EngagementId, Role>;
  /** Engagements that only their members may see, of which the person is none. */
  hidden: EngagementId[];
  /** The most that the credential allows. */
  scope: Scope;
  via: "browser" | "token" | "demo";
  /** The sign-in or the token; null for the demo user. */
  credentialId: string | null;
};

/** The role in an engagement, or in the organization where none is named; null where it must not even be known. */
export function roleIn(principal: Principal, engagementId: EngagementId | null): Role | null {
  if (engagementId !== null && principal.role !== "admin") {
    if (principal.hidden.includes(engagementId)) return null;
    return capped(principal.engagementRoles[engagementId] ?? principal.role, principal.scope);
  }
  return capped(principal.role, principal.scope);
}

/** Whether the person may do what `needed` may, there. */
export function may(principal: Principal, needed: Role, engagementId: EngagementId | null = null): boolean {
  const role = roleIn(principal, engagementId);
  return role !== null && isAtLeast(role, needed);
}

/** Whether there is any place at all where the person may do this; a route refuses everybody else before it looks at anything. */
export const mayAnywhere = (principal: Principal, needed: Role): boolean =>
  may(principal, needed) ||
  Object.entries(principal.engagementRoles).some(([id]) => may(principal, needed, id as EngagementId));

/** Engagements in which the answer to `may` is another one than in the organization at large: what a statement needs to decide by itself. */
export function grantFor(principal: Principal, needed: Role): Grant {
  const byDefault = may(principal, needed);
  const special = [...principal.hidden, ...(Object.keys(principal.engagementRoles) as EngagementId[])];
  return { byDefault, except: special.filter((id) => may(principal, needed, id) !== byDefault) };
}
/** Allowed everywhere but in `except`, or nowhere but there. */
export type Grant = { byDefault: boolean; except: EngagementId[] };

const isAtLeast = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);
const capped = (role: Role, scope: Scope): Role => (isAtLeast(role, roleOfScope[scope]) ? roleOfScope[scope] : role);
