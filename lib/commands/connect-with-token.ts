import { FatalError, RequestError } from "../domain/errors.js";
import type { OrganizationId } from "../domain/ids.js";
import type { ConfluenceSpace, Identity } from "../ports-identity.js";
import { resumeConnected } from "./resume-connected.js";

/** `email` is the account of a Cloud API token. `spaces` are keys, or `["*"]`. */
export type TokenConnection = {
  organizationId: OrganizationId;
  kind: "cloud_token" | "data_center";
  siteUrl: string;
  email: string | null;
  token: string;
  spaces: string[];
};

/**
 * Connects a Confluence site with an API token (Cloud, one tenant) or a personal access token (Data Center), after Confluence has shown
 * its spaces to it, and lets the sessions go on that waited. Throws RequestError where it does not, or has no such space.
 */
export async function connectWithToken(
  identity: Pick<Identity, "directory" | "connections" | "world" | "publicUrl">,
  request: TokenConnection,
): Promise<{ id: string; spaces: string[] }> {
  const { organizationId, kind, token } = request;
  const siteUrl = readSiteUrl(request.siteUrl, identity.publicUrl.startsWith("http:"));
  if (kind === "cloud_token" && !request.email)
    throw new RequestError("email_missing", 400, "An API token belongs to an account: please name its email address.");
  const site = { kind, siteUrl, cloudId: null, email: kind === "cloud_token" ? request.email : null };
  const shown = await identity.directory.spaces(site, token).catch((error: unknown) => {
    throw error instanceof FatalError ? tokenRefused() : error;
  });
  const spaces = matchSpaces(shown, request.spaces);
  const tokens = { accessToken: token, refreshToken: null, expiresAt: null, scope: "" };
  const id = await identity.connections.upsert({ ...site, organizationId, spaces, tokens });
  identity.world.log.info("connection.stored", { organizationId, connectionId: id, spaces: spaces.length });
  await resumeConnected(organizationId, identity);
  return { id, spaces };
}

/** The site without what people copy along; tokens do not travel unencrypted, the local world apart. */
function readSiteUrl(text: string, allowInsecure: boolean): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "https:" && !(allowInsecure && url?.protocol === "http:"))
    throw new RequestError("site_url_invalid", 400, "The site's address must begin with https://.");
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "").replace(/\/wiki$/, "");
}

/** The keys as the site spells them. */
function matchSpaces(shown: ConfluenceSpace[], wanted: string[]): string[] {
  if (wanted.includes("*")) return ["*"];
  if (wanted.length === 0) throw new RequestError("no_space_chosen", 400, "Please name at least one space.");
  return wanted.map((key) => {
    const space = shown.find((each) => each.key.toUpperCase() === key.toUpperCase());
    if (!space) throw new RequestError("space_unknown", 400, `This token shows no space ${key}.`);
    return space.key;
  });
}

const tokenRefused = () =>
  new RequestError("token_refused", 400, "Confluence did not accept this token for this site. Please check both.");
