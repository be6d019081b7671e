import { api, wholeApi } from "../../contract/api.js";
import { type AccessApiDeps, accessHandlers } from "./handlers/access.js";
import { type AuditDeps, auditHandlers } from "./handlers/audit.js";
import { type EngagementDeps, engagementHandlers } from "./handlers/engagements.js";
import { type LifecycleDeps, lifecycleHandlers } from "./handlers/lifecycle.js";
import { type LivePlanDeps, livePlanHandlers } from "./handlers/live-plans.js";
import { type MemoryDeps, memoryHandlers } from "./handlers/memory.js";
import { type OrganizationDeps, organizationHandlers } from "./handlers/organization.js";
import { type PeopleDeps, peopleHandlers } from "./handlers/people.js";
import { type PlanningDeps, planningHandlers } from "./handlers/planning.js";
import { type RunApiDeps, runHandlers } from "./handlers/runs.js";
import { type SessionDeps, sessionHandlers } from "./handlers/sessions.js";
import { type StepDeps, stepHandlers } from "./handlers/steps.js";
import { type SyncApiDeps, syncHandlers } from "./handlers/sync.js";
import { apiServer, type KernelDeps } from "./kernel.js";

/** Everything that the operations need, each group its own. */
export type ApiDeps = KernelDeps &
  PeopleDeps &
  OrganizationDeps &
  EngagementDeps &
  SessionDeps &
  LifecycleDeps &
  RunApiDeps &
  LivePlanDeps &
  StepDeps &
  PlanningDeps &
  SyncApiDeps &
  MemoryDeps &
  AccessApiDeps &
  AuditDeps;

/** The REST API: every operation of the contract with its handler. */
export const v1 = (deps: () => ApiDeps): ((request: Request) => Promise<Response>) =>
  apiServer(
    api,
    deps,
    {
      ...peopleHandlers,
      ...organizationHandlers,
      ...engagementHandlers,
      ...sessionHandlers,
      ...lifecycleHandlers,
      ...runHandlers,
      ...livePlanHandlers,
      ...stepHandlers,
      ...planningHandlers,
      ...syncHandlers,
      ...memoryHandlers,
      ...accessHandlers,
      ...auditHandlers,
    },
    wholeApi,
  );
