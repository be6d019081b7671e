/** What installing, connecting and staying signed in ask of the outside, beside `ports.ts`. */
import type { TokenSet } from "./domain/token-set.js";
import type { OrganizationId, SessionId, UserId } from "./domain/ids.js";
import type { Delivering } from "./ports.js";
import type { SignInStore } from "./ports-credentials.js";
import type { AccessStore, AuditAuthor } from "./ports-people.js";

export type OAuthProvider = {
  /**
   * Where the browser goes; `state` and the PKCE verifier are kept by the caller. With `asksAgain` Linear lets the person choose the workspace
   * and agree, also where they have agreed before.
   */
  authorizationUrl(request: {
    state: string;
    codeVerifier: string;
    redirectUri: string;
    asksAgain?: boolean;
  }): Promise<string>;
  exchange(request: { callbackUrl: URL; state: string; codeVerifier: string; redirectUri: string }): Promise<TokenSet>;
  /** Throws FatalError `refresh_refused` where the grant is dead, RetryableError where it may yet work. */
  refresh(refreshToken: string): Promise<TokenSet>;
  revoke(token: string): Promise<void>;
};

/** The site that an organization is connected to. */
export type ConfluenceConnection = {
  id: string;
  kind: "cloud_oauth" | "cloud_token" | "data_center";
  /** As people see it, with the context path of Data Center: `https://acme.atlassian.net`. */
  siteUrl: string;
  cloudId: string | null;
  /** Keys of the spaces that the agent may use; `["*"]` is all. */
  spaces: string[];
};

/** The row that a sealed value belongs to; opened for another row, or as another kind of value, it is refused. */
export type SealedPlace = { provider: string; row: string; kind: string };

/** Seals secrets for the database, and links for people. */
export type Keyring = {
  /** The id of the first key, which seals. */
  kid: string;
  seal(plaintext: string, place: SealedPlace): string;
  /** Throws FatalError `secret_unreadable` where the key is unknown, the value was changed or lies in another row. */
  open(sealed: string, place: SealedPlace): string;
  /** True where another key than the first sealed it. */
  needsReseal(sealed: string): boolean;
  /** Seals a link's content with its expiry (ms); `kind` keeps links of different uses apart. The result needs no escaping in a URL. */
  sealLink(kind: string, payload: Record<string, unknown>, expiresAt: number): string;
  /** The content of a link; throws RequestError `link_invalid` (400) or `link_expired` (410). */
  openLink(kind: string, link: string, now: number): Record<string, unknown>;
};

// ---- Tokens ------------------------------------------------------------------------------------------------------------------

/** An installation's or a connection's tokens, opened. `expiresAt` is null for tokens that do not expire by themselves. */
export type StoredTokens = {
  id: string;
  version: number;
  accessToken: string;
  refreshToken: string | null;
  expiresAt: Date | null;
  /** Somebody is refreshing them at this moment. */
  isClaimed: boolean;
  isRevoked: boolean;
};
export type TokenStore = {
  provider: "linear" | "confluence";
  load(id: string): Promise<StoredTokens | null>;
  /** True for one caller at a time, for 15 s by the database's clock, and only where `version` is the row's. */
  claimRefresh(id: string, version: number): Promise<boolean>;
  /** Gives a claim back that led to nothing. */
  releaseClaim(id: string, version: number): Promise<void>;
  /** Replaces the tokens and ends the claim; false where the row has moved on or was revoked. */
  save(id: string, version: number, tokens: TokenSet): Promise<boolean>;
  /** Marks the grant as dead; false where its tokens have been replaced since `version` was read. */
  revoke(id: string, version: number): Promise<boolean>;
  /** Living tokens that can be refreshed and expire before `before`, the first first. */
  listExpiring(before: Date, limit: number): Promise<string[]>;
  /** Seals again with the first key what an older one has sealed, at most `limit` rows; returns how many. */
  resealAll(limit: number): Promise<number>;
};

// ---- Installations and connections ---------------------------------------------------------------------------------------------

export type LinearOrganization = { id: string; name: string; urlKey: string };
export type Installation = { organizationId: OrganizationId; tokenId: string; appUserId: string; isRevoked: boolean };
export type InstallationStore = {
  /** Stores the workspace and its tokens; a reinstallation replaces them and lifts the revocation. */
  install(installation: { organization: LinearOrganization; appUserId: string; tokens: TokenSet }): Promise<void>;
  find(organizationId: OrganizationId): Promise<Installation | null>;
  /** Linear's id of somebody whom we know. */
  linearUserOf(userId: UserId): Promise<string | null>;
};

/** `email` is the account of a Cloud API token. */
export type StoredConnection = ConfluenceConnection & { email: string | null };
export type NewConnection = Omit<StoredConnection, "id" | "spaces"> & {
  organizationId: OrganizationId;
  /** Without them a connection that exists keeps its spaces, and a new one may use none until they are chosen. */
  spaces?: string[];
  tokens: Omit<TokenSet, "expiresAt"> & { expiresAt: Date | null };
};
/** The use of a connect link; `id` is used once. */
export type LinkUse = { id: string; organizationId: OrganizationId; sessionId: SessionId; expiresAt: Date };
export type ConnectionStore = {
  /** One connection for each organization and site; storing it again replaces its tokens and lifts the revocation. Returns its id. */
  upsert(connection: NewConnection): Promise<string>;
  /** The secret that senders of webhooks about this connection's pages show or sign with; null where none was asked for. */
  webhookSecret(id: string): Promise<string | null>;
  /** Stores a new one, after which the old one is no longer taken; false where the author's organization has no such connection. */
  renewWebhookSecret(author: AuditAuthor, id: string, secret: string): Promise<boolean>;
  /** Every connection that was not revoked, also where no spaces have been chosen. */
  overview(organizationId: OrganizationId): Promise<(ConfluenceConnection & { hasWebhookSecret: boolean })[]>;
  /** The connection to this host (any, where null) that was not revoked and whose spaces are chosen. */
  findForHost(organizationId: OrganizationId, host: string | null): Promise<StoredConnection | null>;
  list(organizationId: OrganizationId): Promise<StoredConnection[]>;
  setSpaces(organizationId: OrganizationId, id: string, spaces: string[]): Promise<boolean>;
  /** Sets the spaces and uses the link up, or neither; false where the link was used before or the connection is gone. */
  chooseSpaces(id: string, spaces: string[], link: LinkUse): Promise<boolean>;
  isLinkUsed(linkId: string): Promise<boolean>;
  /** Sessions that wait for a Confluence connection although their organization has one now; of all organizations, where null. */
  sessionsWaiting(organizationId: OrganizationId | null): Promise<SessionId[]>;
};

// ---- Authorization requests under way ------------------------------------------------------------------------------------------

export type OAuthPurpose = "install_linear" | "identify_linear" | "connect_confluence" | "sign_in" | "sign_in_code";
/** The connect link that an authorization request serves, opened. */
export type ConnectLink = {
  id: string;
  organizationId: OrganizationId;
  sessionId: SessionId;
  /** Who must follow it; null where nobody is known, so that anybody of the organization may. */
  linearUserId: string | null;
  /** ms */
  expiresAt: number;
};
/** A program that wants a token of its own: it proves by the verifier of its challenge that it is the one that asked. */
export type SignInClient = {
  name: string;
  /** Where it waits for the code, as a checked address; null where the person carries the code. */
  callback: string | null;
  codeChallenge: string;
  /** What the program knows its request by. */
  state: string | null;
};
/** Where a person goes who has signed in: back to a page of ours, or to the program that sent them. */
export type SignInGoal = { returnTo: string } | { client: SignInClient };
export type OAuthRequest = {
  purpose: Exclude<OAuthPurpose, "sign_in_code">;
  codeVerifier: string;
  /** Of connecting Confluence. */
  link: ConnectLink | null;
  /** Of signing in. */
  goal?: SignInGoal;
};
/** What a one-time code stands for. */
export type SignInCode = {
  organizationId: OrganizationId;
  userId: UserId;
  client: Pick<SignInClient, "name" | "codeChallenge">;
};
export type OAuthStateStore = {
  /** Keeps a request for ten minutes under a hash of what the browser will bring back. */
  begin(stateKey: string, request: OAuthRequest): Promise<void>;
  /** Hands a request over once; null where it is unknown, was used or has expired. */
  take(stateKey: string): Promise<OAuthRequest | null>;
  /** Keeps what a one-time code stands for, for five minutes. */
  keepCode(code: string, meaning: SignInCode): Promise<void>;
  /** Uses a code up; null where it is unknown, was used or has expired. */
  takeCode(code: string): Promise<SignInCode | null>;
  /** Removes what has expired. */
  clean(): Promise<void>;
};

// ---- Who and where ---------------------------------------------------------------------------------------------------------------

/** Somebody in Linear, as a token of theirs shows them; the app has a user of its own. */
export type LinearPerson = {
  userId: string;
  name: string;
  email: string;
  isAdmin: boolean;
  isGuest: boolean;
  organization: LinearOrganization;
};
/** Whose token this is in Linear. */
export type IdentifyLinear = (accessToken: string) => Promise<LinearPerson>;

export type ConfluenceSite = { cloudId: string; url: string; name: string };
export type ConfluenceSpace = { key: string; name: string };
/** What a token shows of Confluence before anything is stored. */
export type ConfluenceDirectory = {
  sites(accessToken: string): Promise<ConfluenceSite[]>;
  spaces(connection: Omit<StoredConnection, "id" | "spaces">, accessToken: string): Promise<ConfluenceSpace[]>;
};

/** Everything that installing and connecting may use. */
export type Identity = {
  /** Where people reach us, without a slash at the end; redirect URIs and links are made from it, never from a request. */
  publicUrl: string;
  keyring: Keyring;
  states: OAuthStateStore;
  installations: InstallationStore;
  connections: ConnectionStore;
  signIns: SignInStore;
  access: Pick<AccessStore, "countAnonymous">;
  /** Ways into signing in that one address may begin in a minute. */
  requestsPerMinute: number;
  /** Linear's OAuth for the app, which then acts as itself. */
  linearInstallation: OAuthProvider;
  /** Linear's OAuth for a person who proves who they are; only `read`. */
  linearSignIn: OAuthProvider;
  identifyLinear: IdentifyLinear;
  confluence: OAuthProvider;
  directory: ConfluenceDirectory;
  world: Delivering;
};
