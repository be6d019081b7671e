import type * as z from "zod/mini";
import { Engagement, EngagementSettings, Landscape, Member, SyncSettings } from "./engagements.js";
import { PlacedStep, PlanState } from "./plan-state.js";
import { ApiToken, SignIn } from "./routes/access.js";
import { AuditLine } from "./routes/audit.js";
import { Merge } from "./routes/lifecycle.js";
import { LivePlan } from "./routes/live-plans.js";
import { MemoryHit, MemoryNode } from "./routes/memory.js";
import { ConfluenceConnection } from "./routes/organization.js";
import { Me, User } from "./routes/people.js";
import { Coverage, ListedSession, LogLine, PlanItem, SessionDetail } from "./routes/sessions.js";
import { Conflict, PlanSync, SyncRun } from "./routes/sync.js";
import { AskedQuestion, RecordedProblem, SessionState } from "./session-state.js";
import { Session, Step } from "./sessions.js";

/** Answers that the OpenAPI document calls by a name, so that programs made from it have one too; any other schema stands where it is used. */
export const namedSchemas: Record<string, z.ZodMiniType> = {
  ApiToken,
  AskedQuestion,
  AuditLine,
  Conflict,
  ConfluenceConnection,
  Coverage,
  Engagement,
  EngagementSettings,
  Landscape,
  ListedSession,
  LivePlan,
  LogLine,
  Me,
  Member,
  MemoryHit,
  MemoryNode,
  Merge,
  PlacedStep,
  PlanItem,
  PlanState,
  PlanSync,
  RecordedProblem,
  Session,
  SessionDetail,
  SessionState,
  SignIn,
  Step,
  SyncRun,
  SyncSettings,
  User,
};
