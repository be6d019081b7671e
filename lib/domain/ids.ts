import { createHash } from "node:crypto";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Linear's id of a workspace that installed the app; opaque text. */
export type OrganizationId = Branded<"OrganizationId">;
export type SessionId = Branded<"SessionId">;
export type EngagementId = Branded<"EngagementId">;
export type PlanId = Branded<"PlanId">;
export type PlanItemId = Branded<"PlanItemId">;
export type UserId = Branded<"UserId">;

/**
 * A UUID (version 4 in shape, as Linear asks of ids made by clients) that is the same for the same parts, so that a retry finds
 * again what an earlier attempt wrote.
 */
export function derivedUuid(...parts: (string | number)[]): string {
  const bytes = createHash("sha256").update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
