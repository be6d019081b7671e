import { routes } from "../route.js";

export const auditRoutes = routes({});
