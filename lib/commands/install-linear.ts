import type { Identity, OAuthRequest } from "../ports-identity.js";
import { beginAuthorization, type Callback, exchangeCode } from "./authorization.js";

/** Where an admin's browser goes to install the app in their workspace. */
export const beginInstallation = (identity: Identity, browser: string): Promise<string> =>
  beginAuthorization(identity, { purpose: "install_linear", link: null, browser });

/** Stores the installation that an admin has agreed to; returns the name of the workspace. */
export async function finishInstallation(
  identity: Identity,
  callback: Callback,
  request: OAuthRequest,
): Promise<{ workspace: string }> {
  const tokens = await exchangeCode(identity, callback, request);
  const { userId, organization } = await identity.identifyLinear(tokens.accessToken);
  await identity.installations.install({ organization, appUserId: userId, tokens });
  identity.world.log.info("installation.stored", { organizationId: organization.id });
  return { workspace: organization.name };
}
