import type { OrganizationId } from "../lib/domain/ids.js";
import type { EngagementSettings } from "../lib/domain/session.js";
import type { Log } from "../lib/ports.js";
import { type App, silent, startApp } from "./app.js";
import { connectEverything } from "./connected.js";
import { type LocalWorld, startWorld, type WorldOptions } from "./world.js";

export type DemoWorld = LocalWorld & { app: App; close(): Promise<void> };

/** A local world in which the app is installed in Linear and connected to Confluence, with its application running. */
export async function demoWorld(
  options: WorldOptions & { epics?: EngagementSettings["epics"]; sweepMs?: number; log?: Log },
): Promise<DemoWorld> {
  const world = await startWorld(options);
  const app = startApp(world, options.log ?? silent, options.sweepMs ?? 5_000);
  await connectEverything(world);
  if (options.epics) await setEpics(world, app, options.epics);
  return {
    ...world,
    app,
    async close() {
      app.stop();
      await world.close();
    },
  };
}

/** Engagements are made at the first mention; here the team's is made before, with its mapping. */
async function setEpics(world: LocalWorld, app: App, epics: EngagementSettings["epics"]): Promise<void> {
  const { organizations, teams } = world.linear.control.state();
  const [organization] = organizations;
  const team = teams.find((one) => one.organizationId === organization?.id);
  if (!organization || !team) return;
  const engagement = await app.worker.world.sessions.ensureEngagement(organization.id as OrganizationId, {
    id: team.id,
    name: team.name,
  });
  await world.engine.run(
    [
      {
        query: "update engagements set settings = settings || jsonb_build_object('epics', $1::text) where id = $2",
        params: [epics, engagement.id],
      },
    ],
    { transaction: null },
  );
}
