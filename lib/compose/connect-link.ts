import type { World } from "../ports.js";
import type { Base } from "./delivering.js";

/** The link with which the person who asked connects Confluence. */
export const connectLinkOf =
  ({ env }: Base): World["connectLink"] =>
  async (session) =>
    `${env.PUBLIC_URL}/oauth/confluence/connect?session=${session.id}`;
