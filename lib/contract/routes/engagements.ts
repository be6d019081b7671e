import { routes } from "../route.js";

export const engagementRoutes = routes({});
