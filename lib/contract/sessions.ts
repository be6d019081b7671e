import * as z from "zod/mini";
import { Instant, optionalText, text, Uuid } from "./common.js";

/** Where a planning session stands. */
export const SessionStatus = z.enum(["pending", "processing", "awaiting_input", "completed", "failed", "cancelled"]);

/** Limits of a live plan. */
export const limits = { title: 255, description: 2_000, step: 1_000, owner: 100, participants: 50 } as const;

export const Title = text(limits.title);
export const Description = optionalText(limits.description);
export const StepText = text(limits.step);
export const Owner = text(limits.owner);
export const Participants = z.array(Owner).check(z.maxLength(limits.participants));

/** The address of a page. */
export const PageUrl = z.string().check(z.maxLength(2_000), z.regex(/^https?:\/\/[^\s\0]+$/, "must be an address"));

/** A step of a live plan. `ts` is when it was added; `revision` the number of the event that changed it last. */
export const Step = z.object({
  id: Uuid,
  text: z.string(),
  owner: z.string(),
  ts: Instant,
  revision: z.int(),
});
export type Step = z.infer<typeof Step>;

/** A planning session as lists show it. `version` moves with its status, `seq` with every event. */
export const Session = z.object({
  id: Uuid,
  engagementId: z.nullable(Uuid),
  isDefault: z.boolean(),
  title: z.string(),
  description: z.nullable(z.string()),
  pageUrl: z.nullable(z.string()),
  teamId: z.nullable(z.string()),
  status: SessionStatus,
  progress: z.int(),
  progressMessage: z.string(),
  version: z.int(),
  seq: z.int(),
  stepCount: z.int(),
  participantCount: z.int(),
  createdBy: z.nullable(z.string()),
  createdAt: Instant,
  updatedAt: Instant,
  archivedAt: z.nullable(Instant),
  mergedInto: z.nullable(Uuid),
});
export type Session = z.infer<typeof Session>;
