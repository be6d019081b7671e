import { GraphQLError } from "graphql";

/** An error as Linear words it; `status` is the HTTP status of an answer that holds nothing else. */
function problem(
  message: string,
  extensions: { type: string; code: string; statusCode: number; userPresentableMessage?: string },
  status = extensions.statusCode,
): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, userError: true, http: { status } } });
}

export function refused(message: string, userPresentableMessage = message): GraphQLError {
  return problem(message, { type: "invalid input", code: "INPUT_ERROR", statusCode: 400, userPresentableMessage });
}

export function notFound(entity: string): GraphQLError {
  return refused(`Entity not found: ${entity}`, `Could not find referenced ${entity}.`);
}

export function missingEntry(field: string): GraphQLError {
  return refused(`${field} contained an entry that could not be found.`);
}

/** Comments and activities answer a repeated id with HTTP 200, everything else with 400. */
export function conflict(entity: string, id: string): GraphQLError {
  const status = entity === "Comment" || entity === "AgentActivity" ? 200 : 400;
  return problem(
    `conflict on insert of ${entity}`,
    {
      type: "invalid input",
      code: "INPUT_ERROR",
      statusCode: 400,
      userPresentableMessage: `Entity ${entity} with id ${id} already exists.`,
    },
    status,
  );
}

export function notAuthenticated(): GraphQLError {
  return problem("Authentication required, not authenticated", {
    type: "authentication error",
    code: "AUTHENTICATION_ERROR",
    statusCode: 401,
    userPresentableMessage: "You need to authenticate to access this operation.",
  });
}

export function forbidden(message: string): GraphQLError {
  return problem(message, { type: "forbidden", code: "FORBIDDEN", statusCode: 403, userPresentableMessage: message });
}

export function rateLimited(message: string): GraphQLError {
  return problem(
    message,
    { type: "ratelimited", code: "RATELIMITED", statusCode: 429, userPresentableMessage: message },
    400,
  );
}

export function tooComplex(points: number, limit: number): GraphQLError {
  return refused(`Query too complex`, `The query costs ${points} points; at most ${limit} are allowed.`);
}
