import type { Actor, Store } from "../store.js";

export type Context = { store: Store; actor: Actor };

/** How one field is answered; a field without one is the property of that name. */
export type Resolver<Source> = (source: Source, args: never, context: Context) => unknown;
export type Resolvers<Source> = Record<string, Resolver<Source>>;
