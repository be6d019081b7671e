import { everything, type Intent } from "./intent.js";

/** The values behind the buttons of a question; `parseSelectValue` reads them back. */
export const selectValue = {
  create: (proposalId: string) => `create#${proposalId}`,
  createWithoutEnablers: (proposalId: string) => `create-without-enablers#${proposalId}`,
  cancel: (proposalId: string) => `cancel#${proposalId}`,
  confirm: (proposalId: string) => `confirm#${proposalId}`,
  team: (teamId: string) => `team:${teamId}`,
  /** `index` counts from 1. */
  page: (index: number) => `page:${index}`,
  goOn: (sessionId: string) => `go-on#${sessionId}`,
  takeOver: (sessionId: string) => `take-over#${sessionId}`,
  retry: "retry",
  undo: "undo",
} as const;

const named = /^(create|create-without-enablers|cancel|confirm|go-on|take-over)#(\S+)$/;

/** What a button says, null where the text is not the value of a button. */
export function parseSelectValue(text: string, movesPlan: boolean): Intent | null {
  if (text === selectValue.retry) return { type: "retry" };
  if (text === selectValue.undo) return { type: "undo" };
  const teamId = /^team:(\S+)$/.exec(text)?.[1];
  if (teamId) return { type: movesPlan ? "move_to_team" : "choose_team", teamId };
  const index = /^page:([1-9]\d{0,3})$/.exec(text)?.[1];
  if (index) return { type: "choose_page", index: Number(index) };
  const [, verb, id] = named.exec(text) ?? [];
  return verb && id ? toIntent(verb, id) : null;
}

function toIntent(verb: string, id: string): Intent | null {
  switch (verb) {
    case "create":
      return { type: "create", proposalId: id, selection: everything };
    case "create-without-enablers":
      return { type: "create", proposalId: id, selection: { mode: "without", kinds: ["enabler"], keys: [] } };
    case "cancel":
      return { type: "cancel", proposalId: id };
    case "confirm":
      return { type: "confirm", proposalId: id };
    case "go-on":
      return { type: "go_on_there", sessionId: id };
    case "take-over":
      return { type: "take_over", sessionId: id };
    default:
      return null;
  }
}
