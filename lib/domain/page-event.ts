/** What happened to a page, as far as an event may be believed: which page it was. Its title and text are always read anew. */
export type PageChangeKind =
  | "updated"
  | "trashed"
  | "deleted"
  | "restored"
  | "archived"
  | "moved"
  | "restricted"
  /** Somebody has commented on it; its text need not have changed. */
  | "commented"
  /** Something else, after which the page is worth a look. */
  | "other";

/** What one webhook of Confluence means to us; the unknown is a value, not an error. */
export type PageEvent =
  | {
      kind: "forge" | "automation" | "data_center";
      /** The same for each repeat of one event where its sender tells them apart; otherwise drawn. */
      deliveryId: string;
      site: { cloudId: string } | { connectionId: string };
      pageId: string;
      /** The version that it tells of; a hint, null where the sender names none. */
      version: number | null;
      /** An account id on Cloud, a user key on Data Center. */
      authorId: string | null;
      change: PageChangeKind;
      occurredAt: string | null;
    }
  /** Somebody tries whether we answer. */
  | { kind: "test" }
  | { kind: "ignored"; reason: string };
