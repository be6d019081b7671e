import { routes } from "../route.js";

export const peopleRoutes = routes({});
