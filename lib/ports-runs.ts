/** How planning sessions are watched and steered by people's requests. */
import type { SessionState } from "./contract/session-state.js";
import type { OrganizationId, SessionId } from "./domain/ids.js";
import type { Grant } from "./domain/principal.js";
import type { ListPage, Slice } from "./ports-catalog.js";

/** Where sessions stand, read from their rows, their logs and their plans' items: nothing is kept between two requests. */
export type SessionStateStore = {
  /** Null where there is no such session within the grant. */
  find(organizationId: OrganizationId, id: SessionId, readable: Grant): Promise<SessionState | null>;
  list(organizationId: OrganizationId, readable: Grant, page: ListPage): Promise<Slice<SessionState>>;
};
