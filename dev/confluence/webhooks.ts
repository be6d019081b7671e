/** Page-change events as the three senders write and sign them, and their way out with faults. */
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import type { Fault } from "../faults.js";
import type { SimulatorOptions } from "../simulator.js";
import type { PageChange, World } from "./state.js";
import { current, siteUrl, spaceOf, userOf, webPath } from "./state.js";

export type Delivery = { at: string; sender: Sender; pageId: string; url: string; status: number | "lost" | "dropped" };
type Sender = "forge" | "automation" | "data_center";
type Outgoing = { sender: Sender; pageId: string; url: string; headers: Record<string, string>; body: string };

const keyId = "forge/invocation-token/local";
const forgeRetries = 4;

export type Webhooks = {
  announce(change: PageChange): void;
  /** Data Center's "Test connection", which is not signed. */
  test(): void;
  jwks(): { keys: object[] };
  deliveries(): Delivery[];
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>;
  close(): void;
};

export function webhooks(world: World, options: SimulatorOptions): Webhooks {
  const send = options.send ?? ((request: Request) => fetch(request));
  const log: Delivery[] = [];
  const underway = new Set<Promise<void>>();
  const stop = new AbortController();
  /** Those that wait for the next one of their sender to go first. */
  const heldBack = new Map<Sender, () => void>();

  function announce(change: PageChange): void {
    for (const outgoing of toOutgoing(world, change)) {
      const drawn = options.faults?.draw(`webhook:${outgoing.sender}`) ?? [];
      const letGo = heldBack.get(outgoing.sender);
      heldBack.delete(outgoing.sender);
      start(outgoing, drawn);
      letGo?.();
    }
  }

  function start(outgoing: Outgoing, drawn: Fault[]): void {
    if (drawn.some((fault) => fault.kind === "drop")) return record(outgoing, "dropped");
    const copies = drawn.some((fault) => fault.kind === "duplicate") ? 2 : 1;
    const delayed = pause(drawn.find((fault) => fault.kind === "delay")?.ms ?? 0, stop.signal);
    const reordered = drawn.find((fault) => fault.kind === "reorder");
    const departure = reordered === undefined ? delayed : holdBack(outgoing.sender, reordered.ms ?? 1000);
    for (let copy = 0; copy < copies; copy += 1) {
      const delivery = deliver(outgoing, departure).finally(() => underway.delete(delivery));
      underway.add(delivery);
    }
  }

  /** Until the next one of the sender is on its way, but not without end. */
  function holdBack(sender: Sender, longestMs: number): Promise<void> {
    const next = new Promise<void>((resolve) => heldBack.set(sender, resolve));
    return Promise.race([next, pause(longestMs, stop.signal)]);
  }

  async function deliver(outgoing: Outgoing, departure: Promise<void>): Promise<void> {
    const attempts = outgoing.sender === "forge" ? 1 + forgeRetries : 1;
    await departure;
    for (let attempt = 0; attempt < attempts && !stop.signal.aborted; attempt += 1) {
      if (attempt > 0) await pause(world.state.settings.webhookRetryMs, stop.signal);
      const { url, headers, body } = outgoing;
      const request = new Request(url, { method: "POST", headers, body, signal: stop.signal });
      const status = await send(request).then(
        (response) => response.status,
        () => "lost" as const,
      );
      record(outgoing, status);
      if (status !== "lost" && status < 300) return;
    }
  }

  function record({ sender, pageId, url }: Outgoing, status: Delivery["status"]): void {
    log.push({ at: new Date(world.now()).toISOString(), sender, pageId, url, status });
    if (log.length > 1000) log.shift();
  }

  return {
    announce,
    test: () => {
      const { dataCenter } = world.state.settings.webhooks;
      const urls = [...world.state.dataCenterWebhooks, ...(dataCenter ? [dataCenter] : [])].map(({ url }) => url);
      for (const url of urls)
        start(
          toPost("data_center", "", url, { test: true }, () => ({})),
          [],
        );
    },
    jwks: () => ({ keys: [publicJwk(world)] }),
    deliveries: () => [...log],
    idle: async () => {
      while (underway.size > 0) await Promise.all(underway);
    },
    close: () => stop.abort(),
  };
}

/** Data Center's names; null where it has no such event. */
const dataCenterEvents: Record<PageChange["event"], string | null> = {
  commented: null,
  updated: "page_updated",
  trashed: "page_trashed",
  deleted: "page_removed",
  restored: "page_restored",
  archived: null,
  unarchived: null,
  moved: "page_moved",
  permissions_updated: "content_permissions_updated",
};

function toOutgoing(world: World, change: PageChange): Outgoing[] {
  const { forge, automation, dataCenter } = world.state.settings.webhooks;
  const name = dataCenterEvents[change.event];
  const registered = world.state.dataCenterWebhooks.filter((each) => name !== null && each.events.includes(name));
  const all = registered.map(({ url, secret }) => toDataCenter(world, change, url, secret));
  if (dataCenter !== undefined && name !== null)
    all.unshift(toDataCenter(world, change, dataCenter.url, dataCenter.secret));
  if (automation !== undefined && (change.event === "updated" || change.event === "commented"))
    all.unshift(toAutomation(world, change, automation));
  if (forge !== undefined) all.unshift(toForge(world, change, forge));
  return all;
}

function toForge(world: World, change: PageChange, { url, appId }: { url: string; appId: string }): Outgoing {
  if (change.event === "commented") return toForgeComment(world, change, { url, appId });
  const { page, event, authorId } = change;
  const { number, title, message, minorEdit, createdAt } = current(page);
  const { id, key, name } = spaceOf(world, page);
  const content = {
    id: page.id,
    type: "page",
    status: page.status,
    title,
    space: { id: Number(id), key, name },
    history: { latest: true, createdDate: page.versions[0].createdAt },
    version: { number, message, minorEdit, createdBy: { accountId: authorId }, createdDate: createdAt },
  };
  const body = {
    eventType: `avi:confluence:${event}:page`,
    atlassianId: authorId,
    eventCreatedDate: new Date(world.now()).toISOString(),
    suppressNotifications: minorEdit,
    updateTrigger: "edit_page",
    content,
  };
  return toPost("forge", page.id, url, body, () => ({ authorization: `Bearer ${invocationToken(world, appId)}` }));
}

function toForgeComment(
  world: World,
  { page, authorId, commentId }: PageChange,
  { url, appId }: { url: string; appId: string },
): Outgoing {
  const at = new Date(world.now()).toISOString();
  const content = {
    id: commentId,
    type: "comment",
    status: "current",
    title: `Re: ${current(page).title}`,
    container: { id: page.id, type: "page" },
    version: { number: 1, minorEdit: false, createdBy: { accountId: authorId }, createdDate: at },
  };
  const eventType = "avi:confluence:created:comment";
  const body = { eventType, atlassianId: authorId, eventCreatedDate: at, content };
  return toPost("forge", page.id, url, body, () => ({ authorization: `Bearer ${invocationToken(world, appId)}` }));
}

function toAutomation(
  world: World,
  { page, event }: PageChange,
  { url, header, secret }: { url: string; header: string; secret: string },
): Outgoing {
  const pageUrl = `${siteUrl(world)}/wiki${webPath(world, page)}`;
  const body = { event: event === "commented" ? "comment_created" : "page_updated", pageId: page.id, url: pageUrl };
  return toPost("automation", page.id, url, body, () => ({ [header]: secret }));
}

function toDataCenter(world: World, change: PageChange, url: string, secret: string | null): Outgoing {
  const { page, event, authorId } = change;
  const body = {
    event: dataCenterEvents[event],
    timestamp: world.now(),
    userKey: userOf(world, authorId).userKey,
    page: { id: Number(page.id) },
    updateTrigger: "edit_page",
  };
  return toPost("data_center", page.id, url, body, (raw): Record<string, string> => {
    if (secret === null) return {};
    return { "x-hub-signature": `sha256=${createHmac("sha256", secret).update(raw).digest("hex")}` };
  });
}

function toPost(
  sender: Sender,
  pageId: string,
  url: string,
  content: object,
  authentication: (raw: string) => Record<string, string>,
): Outgoing {
  const body = JSON.stringify(content);
  return { sender, pageId, url, body, headers: { "content-type": "application/json", ...authentication(body) } };
}

function invocationToken(world: World, appId: string): string {
  const issuedAt = Math.floor(world.now() / 1000);
  const { cloudId } = world.state;
  const installationId = `ari:cloud:ecosystem::installation/${cloudId}`;
  const claims = {
    iss: "forge/invocation-token",
    aud: `ari:cloud:ecosystem::app/${appId}`,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + 60,
    jti: randomUUID(),
    app: {
      id: `ari:cloud:ecosystem::app/${appId}`,
      version: "1.0.0",
      installationId,
      apiBaseUrl: `${siteUrl(world)}/ex/confluence/${cloudId}`,
      environment: { type: "PRODUCTION", id: "local" },
      module: { type: "trigger", key: "page-updated" },
    },
    context: { cloudId },
  };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const signed = `${encode({ alg: "RS256", typ: "JWT", kid: keyId })}.${encode(claims)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), signingKey(world)).toString("base64url")}`;
}

function publicJwk(world: World): object {
  const jwk = createPublicKey(signingKey(world)).export({ format: "jwk" });
  return { ...jwk, kid: keyId, alg: "RS256", use: "sig" };
}

/** Drawn at the first use, because that takes 0.2 seconds, and kept with the state, so that a restart does not change it. */
function signingKey(world: World) {
  if (world.state.signingKey === null) {
    world.state.signingKey = drawnKey ??= generateKeyPairSync("rsa", { modulusLength: 2048 })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString();
    world.save();
  }
  return createPrivateKey(world.state.signingKey);
}
/** All worlds of a process have the same. */
let drawnKey: string | undefined;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
