import { expect, it } from "vitest";
import { statusOf } from "../../../lib/domain/sync/issue-state.js";

it.each([
  ["Triage", "triage", "Grey"],
  ["Backlog", "backlog", "Grey"],
  ["Todo", "unstarted", "Grey"],
  ["In Progress", "started", "Blue"],
  ["In Review", "started", "Purple"],
  ["Done", "completed", "Green"],
  ["Cancelled", "canceled", "Red"],
  ["Duplicate", "duplicate", "Red"],
  ["Review later", "backlog", "Grey"],
  ["Something new", "sleeping", "Grey"],
])("shows the state %s (%s) in %s under its own name", (name, type, colour) => {
  expect(statusOf({ name, type })).toEqual({ text: name, colour });
});
