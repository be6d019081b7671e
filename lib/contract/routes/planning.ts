import { routes } from "../route.js";

export const planningRoutes = routes({});
