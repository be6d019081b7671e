import { routes } from "../route.js";

export const sessionRoutes = routes({});
