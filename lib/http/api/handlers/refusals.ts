import { RequestError } from "../../../domain/errors.js";

/** What is not there, or must not be known. */
export const notFound = () => new RequestError("not_found", 404, "Not found");

/** What is known and needs a higher role. */
export const notAllowed = (role: "member" | "admin") =>
  new RequestError("not_allowed", 403, `This needs the role ${role}`);

/** A token that changes nothing, whatever its owner may. */
export const mayOnlyRead = () => new RequestError("not_allowed", 403, "This token may only read");

/** Somebody else was first; `current` is how things stand now. */
export const conflict = (code: string, message: string, current: unknown) =>
  new RequestError(code, 409, message, { shown: { current } });

/** Lists are shown in pages of this many rows where nothing else is asked for. */
export const usualLimit = 50;
