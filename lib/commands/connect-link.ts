import { derivedUuid } from "../domain/ids.js";
import type { World } from "../ports.js";
import type { ConnectLink, InstallationStore, Keyring } from "../ports-identity.js";

const lifetimeMs = 24 * 3_600_000;
const kind = "connect";

/**
 * Makes the link with which the person who asked connects Confluence: sealed, good for a day and for one connection. A step that asks
 * twice makes one link in two wrappings.
 */
export function connectLinks({
  keyring,
  publicUrl,
  installations,
  now,
}: {
  keyring: Keyring;
  publicUrl: string;
  installations: Pick<InstallationStore, "linearUserOf">;
  now: () => number;
}): World["connectLink"] {
  return async (session) => {
    const expiresAt = now() + lifetimeMs;
    const link: ConnectLink = {
      id: derivedUuid(session.id, "connect-link", session.version),
      organizationId: session.organizationId,
      sessionId: session.id,
      linearUserId: session.createdBy && (await installations.linearUserOf(session.createdBy)),
      expiresAt,
    };
    return `${publicUrl}/oauth/confluence/connect?link=${keyring.sealLink(kind, link, expiresAt)}`;
  };
}

/** Opens what `connectLinks` made; throws RequestError `link_invalid` or `link_expired`. */
export const openConnectLink = (keyring: Keyring, link: string, now: number): ConnectLink =>
  keyring.openLink(kind, link, now) as ConnectLink;
