import { RequestError } from "../domain/errors.js";
import { type PageAddress, readPageAddress, sitePath } from "../domain/page-address.js";
import type { ConfluenceSite, ConfluenceSpace, ConnectLink, Identity, OAuthRequest } from "../ports-identity.js";
import { beginAuthorization, browserMark, type Callback, exchangeCode } from "./authorization.js";
import { openConnectLink } from "./connect-link.js";
import { nameOf, resumeConnected } from "./resume-connected.js";

/** What a person chooses from; `choice` is sealed and comes back with the answer. */
export type SpaceChoice = { siteUrl: string; spaces: ConfluenceSpace[]; preselected: string[]; choice: string };

const choiceKind = "choose-spaces";
const choiceLifetimeMs = 3_600_000;
type Choice = { connectionId: string; siteUrl: string; browser: string; link: ConnectLink };

/** Where the browser of whoever follows a connect link goes first: to Linear, to prove that they are the one it was made for. */
export async function followConnectLink(identity: Identity, sealedLink: string, browser: string): Promise<string> {
  const link = openConnectLink(identity.keyring, sealedLink, identity.world.now());
  await requireUsable(identity, link);
  return beginAuthorization(identity, { purpose: "identify_linear", link, browser });
}

/** Sends the right person on to Confluence; turns everybody else away and changes nothing. */
export async function finishIdentification(
  identity: Identity,
  callback: Callback,
  request: OAuthRequest,
): Promise<string> {
  const link = linkOf(request);
  const tokens = await exchangeCode(identity, callback, request);
  const { userId, organization } = await identity.identifyLinear(tokens.accessToken);
  if (organization.id !== link.organizationId || (link.linearUserId !== null && userId !== link.linearUserId))
    throw new RequestError(
      "wrong_person",
      403,
      "This link was made for somebody else: whoever asked the agent has to follow it, signed in to Linear in the workspace where they asked. Nothing was changed.",
    );
  await requireUsable(identity, link);
  return beginAuthorization(identity, { purpose: "connect_confluence", link, browser: callback.browser ?? "" });
}

/** Stores the grant for the site of the page in question, not usable until its spaces are chosen, and says what there is to choose from. */
export async function finishConsent(
  identity: Identity,
  callback: Callback,
  request: OAuthRequest,
): Promise<SpaceChoice> {
  const link = linkOf(request);
  const tokens = await exchangeCode(identity, callback, request);
  const page = await requireUsable(identity, link);
  const site = chooseSite(await identity.directory.sites(tokens.accessToken), page);
  const siteUrl = site.url.replace(/\/$/, "");
  const found = { kind: "cloud_oauth", siteUrl, cloudId: site.cloudId, email: null } as const;
  const spaces = await identity.directory.spaces(found, tokens.accessToken);
  const { organizationId } = link;
  const connectionId = await identity.connections.upsert({ ...found, organizationId, tokens });

  const choice: Choice = { connectionId, siteUrl, browser: browserMark(callback.browser ?? ""), link };
  const expiresAt = identity.world.now() + choiceLifetimeMs;
  const named = page?.spaceKey?.toUpperCase();
  return {
    siteUrl,
    spaces,
    preselected: spaces.map(({ key }) => key).filter((key) => key.toUpperCase() === named),
    choice: identity.keyring.sealLink(choiceKind, choice, expiresAt),
  };
}

/** Opens the chosen spaces to the agent, uses the link up and lets the sessions go on that waited for this. */
export async function chooseSpaces(
  identity: Identity,
  answer: { choice: string; spaces: string[]; browser: string | null },
): Promise<{ siteUrl: string; resumed: number }> {
  const { keyring, connections, world } = identity;
  const { connectionId, siteUrl, browser, link } = keyring.openLink(choiceKind, answer.choice, world.now()) as Choice;
  if (answer.browser === null || browserMark(answer.browser) !== browser)
    throw new RequestError("other_browser", 403, "This choice was begun in another browser. Nothing was changed.");
  if (answer.spaces.length === 0)
    throw new RequestError("no_space_chosen", 400, "No space was chosen. Please go back and choose at least one.");

  const spaces = answer.spaces.includes("*") ? ["*"] : [...new Set(answer.spaces)];
  const use = { ...link, expiresAt: new Date(link.expiresAt) };
  if (!(await connections.chooseSpaces(connectionId, spaces, use))) throw linkUsed();
  world.log.info("connection.stored", { organizationId: link.organizationId, connectionId, spaces: spaces.length });
  const resumed = await resumeConnected(link.organizationId, identity, link.linearUserId ?? "agent").catch(
    (reason: unknown) => {
      world.log.warn("connection.left_to_sweep", { organizationId: link.organizationId, reason: nameOf(reason) });
      return [];
    },
  );
  return { siteUrl, resumed: resumed.length };
}

function linkOf(request: OAuthRequest): ConnectLink {
  if (!request.link) throw new Error(`a request to ${request.purpose} serves a connect link`);
  return request.link;
}

/** The page that the link's session is about, where it names one. Throws where the link was used or its session is gone. */
async function requireUsable(identity: Identity, link: ConnectLink): Promise<PageAddress | null> {
  if (await identity.connections.isLinkUsed(link.id)) throw linkUsed();
  const session = (await identity.world.sessions.load(link.sessionId))?.session;
  if (session?.organizationId !== link.organizationId)
    throw new RequestError("session_gone", 410, "The planning session that this link was made for is no longer there.");
  return readPageAddress(session.work.pageUrl || session.pageUrl || "");
}

function chooseSite(sites: ConfluenceSite[], page: PageAddress | null): ConfluenceSite {
  const [only, another] = sites;
  const site = page ? sites.find((each) => isOn(each, page)) : another ? undefined : only;
  if (site) return site;
  const names = sites.map(({ url }) => new URL(url).host).join(", ");
  throw new RequestError(
    "site_not_granted",
    403,
    `You gave access to ${names || "no site"}, but the page is on ${page?.host ?? "none of them"}. Please open the link again and choose that site. ` +
      "A Data Center site is connected by an admin with a personal access token. Nothing was stored.",
  );
}

const isOn = ({ url }: ConfluenceSite, page: PageAddress): boolean =>
  new URL(url).host === page.host && new URL(url).pathname.replace(/\/$/, "") === sitePath(page);

const linkUsed = () =>
  new RequestError(
    "link_used",
    410,
    "This link was used already, and Confluence is connected. If the agent asks again, please follow its new link.",
  );
