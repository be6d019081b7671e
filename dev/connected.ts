import { openBase } from "../lib/compose/delivering.js";
import { readEnvironment } from "../lib/compose/env.js";
import { connectionStore } from "../lib/db/connection-store.js";
import { installationStore } from "../lib/db/installation-store.js";
import { keyring } from "../lib/db/keyring.js";
import type { OrganizationId } from "../lib/domain/ids.js";
import type { LocalWorld } from "./world.js";

/** Installs the app in every workspace of the world and connects each to Confluence, as people do in a browser. Does nothing where it is done. */
export async function connectEverything(world: LocalWorld): Promise<void> {
  const env = readEnvironment(world.env);
  const { db } = openBase(env);
  const keys = keyring(env.TOKEN_KEYS);
  const installations = installationStore(db, keys);
  for (const organization of world.linear.control.state().organizations) {
    const organizationId = organization.id as OrganizationId;
    const known = await installations.find(organizationId);
    if (known && !known.isRevoked) continue;
    const grant = world.linear.control.install({ organizationId });
    await installations.install({
      organization: { id: organizationId, name: organization.name, urlKey: organization.urlKey },
      appUserId: grant.appUserId,
      tokens: {
        accessToken: grant.accessToken,
        refreshToken: grant.refreshToken,
        scope: grant.scope,
        expiresAt: new Date(Date.now() + grant.expiresIn * 1000),
      },
    });
    await connectConfluence(world, organizationId);
  }
}

/** A connection to the simulated site through OAuth, for the space in which the local world plans. */
export async function connectConfluence(
  world: LocalWorld,
  organizationId: OrganizationId,
  expiresInMs = 3_600_000,
): Promise<void> {
  const env = readEnvironment(world.env);
  const { db } = openBase(env);
  const grant = world.confluence.control.grant();
  await connectionStore(db, keyring(env.TOKEN_KEYS)).upsert({
    organizationId,
    kind: "cloud_oauth",
    siteUrl: `${world.url}/confluence`,
    cloudId: grant.cloudId,
    email: null,
    spaces: ["PLAN"],
    tokens: {
      accessToken: grant.accessToken,
      refreshToken: grant.refreshToken,
      scope: grant.scope,
      expiresAt: new Date(Date.now() + expiresInMs),
    },
  });
}
