import { type Fault, type Faults, faults as seededFaults } from "../faults.js";
import type { Simulator, SimulatorOptions } from "../simulator.js";
import { inspection } from "./control-inspect.js";
import { administration, organizationNamed, people } from "./control-people.js";
import { graphqlEndpoint } from "./graphql.js";
import { createIssue } from "./issues.js";
import { authorize, issueGrant, revoke, token } from "./oauth.js";
import { addOrganization, defaultSeed, emptyWorld, type OrganizationSeed } from "./seed.js";
import { defaultSwitches, type LinearSettings, type Switches, toAppSettings } from "./settings.js";
import { openStore, type Store } from "./store.js";
import { webhooks } from "./webhooks.js";

export type LinearSimulator = Simulator & { control: LinearControl };
export type LinearControl = ReturnType<typeof people> &
  ReturnType<typeof administration> &
  ReturnType<typeof inspection> &
  ReturnType<typeof worldControl> &
  ReturnType<typeof faultControl>;

const appScope = ["read", "write", "app:assignable", "app:mentionable"];

/** Linear as the application sees it: its API, its OAuth and its webhooks, and under `control` what people do there. */
export function linearSimulator(options: SimulatorOptions & LinearSettings): LinearSimulator {
  const now = options.now ?? Date.now;
  const faults = options.faults ?? seededFaults();
  const switches = { ...defaultSwitches, ...options.switches };
  const store = openStore(toAppSettings(options), switches, now, options.state);
  const hooks = webhooks(store, options.send ?? fetch, faults);
  store.notify = hooks.enqueue;
  if (store.world.organizations.length === 0) plant(store, options.organizations ?? defaultSeed);
  hooks.resume();

  const graphql = graphqlEndpoint(store, faults);
  const routes: Record<string, (request: Request) => Promise<Response> | Response> = {
    "POST /graphql": graphql,
    "GET /oauth/authorize": (request) => authorize(store, request),
    "POST /oauth/token": (request) => token(store, request),
    "POST /oauth/revoke": (request) => revoke(store, request),
  };
  const prefix = new URL(options.baseUrl).pathname.replace(/\/$/, "");

  return {
    name: "linear",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const path = pathname.startsWith(prefix) ? pathname.slice(prefix.length) : pathname;
      const route = routes[`${request.method} ${path}`];
      return route ? route(request) : Response.json({ error: "not_found" }, { status: 404 });
    },
    control: {
      ...people(store),
      ...administration(store),
      ...inspection(store),
      ...worldControl(store, hooks),
      ...faultControl(faults),
    },
    async close() {
      hooks.close();
      await hooks.settled();
      hooks.close();
      options.state?.flush();
    },
  };
}

function plant(store: Store, organizations: OrganizationSeed[]): void {
  for (const seed of organizations) addWorkspace(store, seed);
}

function addWorkspace(store: Store, seed: OrganizationSeed): { organizationId: string; appUserId: string } {
  const organization = addOrganization(store.world, seed, store.stamp(), store.app.appName);
  const { id: organizationId, appUserId } = organization;
  const author = store.world.users.find((user) => user.organizationId === organizationId && !user.app);
  for (const issue of seed.issues ?? []) {
    const team = store.world.teams.find(
      (candidate) => candidate.organizationId === organizationId && (!issue.team || candidate.key === issue.team),
    );
    if (!team || !author) throw new Error(`An issue of ${organization.name} has no team or no author`);
    const { team: _key, ...input } = issue;
    withoutWebhooks(store, () =>
      createIssue(store, { organizationId, userId: author.id }, { ...input, teamId: team.id }),
    );
  }
  store.touch();
  return { organizationId, appUserId };
}

/** What stood there before the app came is no event. */
function withoutWebhooks(store: Store, action: () => void): void {
  const { notify } = store;
  store.notify = () => undefined;
  action();
  store.notify = notify;
}

function worldControl(store: Store, hooks: ReturnType<typeof webhooks>) {
  return {
    /** Begins a new world. */
    seed({ organizations = defaultSeed }: { organizations?: OrganizationSeed[] } = {}) {
      hooks.close();
      store.world = emptyWorld();
      plant(store, organizations);
      return { organizationIds: store.world.organizations.map(({ id }) => id) };
    },
    addOrganization: (seed: OrganizationSeed) => addWorkspace(store, seed),
    /** Installs the app without a browser. */
    install(input: string | { organizationId?: string } = {}) {
      const organization = organizationNamed(store, typeof input === "string" ? input : input.organizationId);
      organization.installed = true;
      const { id: organizationId, appUserId: userId } = organization;
      const { accessToken, refreshToken } = issueGrant(store, { organizationId, userId, scope: appScope });
      return {
        accessToken,
        refreshToken,
        expiresIn: 86_399,
        organizationId,
        appUserId: userId,
        scope: appScope.join(" "),
      };
    },
    /** Changes switches while the simulator runs; `webhookUrl` is where webhooks go from now on. */
    configure({ webhookUrl, ...change }: Partial<Switches> & { webhookUrl?: string }) {
      const unknown = Object.keys(change).find((key) => !(key in defaultSwitches));
      if (unknown)
        throw new Error(`There is no switch ${unknown}; there are ${Object.keys(defaultSwitches).join(", ")}`);
      Object.assign(store.switches, change);
      if (webhookUrl !== undefined) store.app.webhookUrl = webhookUrl;
      return { ...store.switches };
    },
    /** Resolves when every webhook that is due has been answered. */
    settled: () => hooks.settled(),
  };
}

function faultControl(faults: Faults) {
  return {
    addFault: (fault: Fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    listFaults: () => faults.list(),
  };
}
