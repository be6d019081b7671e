import { existsSync, readFileSync } from "node:fs";
import { buildSchema, type GraphQLSchema, type GraphQLType, isListType, isNonNullType, isObjectType } from "graphql";
import { describe, expect, it } from "vitest";
import { aLinear } from "./support.js";

const fullFile = new URL("../../../../shared/reference/linear-schema.graphql", import.meta.url);
const isHere = existsSync(fullFile);

const dataTypes = ["Issue", "Comment", "Project", "IssueLabel"];

describe.runIf(isHere)(
  `webhook payloads${isHere ? "" : " (not held against Linear's types: shared/reference/linear-schema.graphql is not here)"}`,
  () => {
    it("has every field that Linear's types promise, and none that they do not know", async () => {
      const schema = buildSchema(readFileSync(fullFile, "utf8"));
      const events = await everyEvent();
      expect(new Set(events.map(({ type }) => type))).toEqual(
        new Set([...dataTypes, "AgentSessionEvent", "AppUserNotification", "OAuthApp", "PermissionChange"]),
      );
      expect(new Set(events.flatMap((event) => differences(event, schema)))).toEqual(new Set());
    });
  },
);

type Event = { type: string; action: string; data?: unknown; notification?: unknown };

/** One of everything that the app is told. */
async function everyEvent(): Promise<Event[]> {
  const events: Event[] = [];
  const send = async (request: Request) => {
    events.push((await request.json()) as Event);
    return new Response(null, { status: 200 });
  };
  const { control, ask, teamId } = aLinear({ send, webhookUrl: "http://app.test/webhooks/linear" });
  const { agentSessionId, commentId } = control.mention({ issue: "ENG-1", body: "Plan this" });
  control.mention({ issue: "ENG-1", body: "And this", comment: commentId });
  control.mention({ body: "Plan this document" });
  control.reply({ agentSessionId, body: "create" });
  control.stop({ agentSessionId });
  control.delegate({ issue: "ENG-1" });
  control.undelegate({ issue: "ENG-1" });
  await ask(`mutation { issueLabelCreate(input: { name: "Enabler", teamId: "${teamId}" }) { success } }`);
  await ask(`mutation { projectCreate(input: { name: "Checkout", teamIds: ["${teamId}"] }) { success } }`);
  const label = control.labels()[0]?.id ?? "";
  control.editIssue({ issue: "ENG-1", change: { labelIds: [label], estimate: 3, state: "In Progress" } });
  control.trashIssue({ issue: "ENG-1" });
  control.setTeamAccess({ removedTeamIds: ["ENG"] });
  control.uninstall();
  await control.settled();
  return events;
}

function differences(event: Event, schema: GraphQLSchema): string[] {
  if (dataTypes.includes(event.type))
    return [
      ...compare(event.type, { ...event, data: {}, actor: null }, schema.getType("EntityWebhookPayload"), ["data"]),
      ...compare(event.type, event.data, schema.getType(`${event.type}WebhookPayload`)),
    ];
  const notification = `${event.action[0]?.toUpperCase()}${event.action.slice(1)}NotificationWebhookPayload`;
  const type: Record<string, string> = {
    AgentSessionEvent: "AgentSessionEventWebhookPayload",
    AppUserNotification: "AppUserNotificationWebhookPayload",
    OAuthApp: "OAuthAppWebhookPayload",
    PermissionChange: "AppUserTeamAccessChangedWebhookPayload",
  };
  return [
    ...compare(event.type, event, schema.getType(type[event.type] ?? "")),
    ...(event.notification ? compare(event.action, event.notification, schema.getType(notification)) : []),
  ];
}

/** Unions and scalars are not looked into. */
function compare(place: string, value: unknown, type: unknown, skip: string[] = []): string[] {
  if (!isObjectType(type) || typeof value !== "object" || value === null)
    return type === undefined ? [`${place} has no type`] : [];
  const fields = type.getFields();
  const unknown = Object.keys(value).filter((key) => !(key in fields));
  const found = unknown.map((key) => `${place}.${key} is not known`);
  for (const field of Object.values(fields)) {
    if (skip.includes(field.name)) continue;
    const inner = (value as Record<string, unknown>)[field.name];
    if (inner === undefined || inner === null) {
      if (isNonNullType(field.type)) found.push(`${place}.${field.name} is missing`);
      continue;
    }
    for (const item of isListType(bare(field.type)) ? (inner as unknown[]) : [inner])
      found.push(...compare(`${place}.${field.name}`, item, itemOf(field.type)));
  }
  return found;
}

function bare(type: GraphQLType): GraphQLType {
  return isNonNullType(type) ? type.ofType : type;
}

function itemOf(type: GraphQLType): GraphQLType {
  const inner = bare(type);
  return isListType(inner) ? bare(inner.ofType) : inner;
}
