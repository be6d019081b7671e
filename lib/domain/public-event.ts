/** One line of a session's log. */
export type LogEvent = { seq: number; type: string; body: Record<string, unknown>; actor: string; at: string };

/**
 * A line of the log as people may read it, wherever they do: history, stream, export. A link with which one person connects Confluence is
 * a secret of the conversation in Linear; of it only the name of what is connected remains.
 */
export function toPublicEvent<Event extends LogEvent>(event: Event): Event {
  const { auth, ...body } = event.body;
  if (auth === undefined || auth === null) return event;
  const { providerName } = auth as { providerName?: unknown };
  return { ...event, body: { ...body, auth: { providerName: providerName ?? null } } };
}
