/** Where a Confluence URL leads, as far as the URL itself tells. */
export type PageAddress = {
  /** The URL as the person wrote it. */
  url: string;
  /** Host with port, lower case. */
  host: string;
  /** What stands before Confluence's own paths: `/wiki` on Cloud, any context path or nothing on Data Center. */
  basePath: string;
  /** Key from the URL, null where it names none (tiny link, `viewpage.action?pageId=`). */
  spaceKey: string | null;
  target:
    | { kind: "page"; pageId: string }
    | { kind: "title"; spaceKey: string; title: string }
    | { kind: "space_home"; spaceKey: string }
    /** A whiteboard, database, folder or embed: nothing that can be read as a page. */
    | { kind: "unsupported"; what: string };
};
