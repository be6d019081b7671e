import { createHash } from "node:crypto";
import { type SQL, sql } from "drizzle-orm";
import { type FoundForm, partsOf, shareOf, toGroups, type WordGroup } from "../domain/memory/forms.js";
import type { EngagementId } from "../domain/ids.js";
import type { EdgeKind, MemoryKind } from "../domain/memory/node.js";
import { type AskedWord, type MemoryQuery, readQuery } from "../domain/memory/query.js";
import { type Linked, type Match, rank } from "../domain/memory/rank.js";
import { waysToSeek } from "../domain/memory/seek.js";
import { shownWords } from "../domain/memory/why.js";
import type { MemoryHit, MemoryNode, MemoryReader, MemorySearch } from "../ports-memory.js";
import { within } from "./access-store.js";
import { type Database, json, repeatable, utc } from "./database.js";
import { remembered } from "./memory-rows.js";
import { isStopWord, stemsOf } from "./memory-write.js";

/** Words that are less alike are not looked at: two letters that are swapped leave little of a short word, and much of a long one. */
const leastSimilarity = (words: AskedWord[]): string => (words.some(({ word }) => word.length < 8) ? "0.2" : "0.3");
/** Nodes whose neighbours are looked at, and how many of each. */
const hubs = 8;
const perHub = 6;

/**
 * Finds nodes by words, their stems, what they may have been meant as, and what the best of them are linked with. Two requests: which words
 * memory knows; the nodes with them, ranked, and their neighbours. One between them where a word is not known.
 */
export async function searchMemory(db: Database, reader: MemoryReader, search: MemorySearch): Promise<MemoryHit[]> {
  const query = readQuery(search.text);
  if (query.words.length === 0) return [];
  const { total, found: known } = await findKnown(db, reader, query);
  const missing = query.words.filter(({ n }) => !known.some((form) => form.n === n));
  const found = missing.length === 0 ? known : [...known, ...(await findMeant(db, reader, missing))];
  const { groups, asked } = toGroups(query, found, total);
  if (groups.length === 0) return [];
  const { matches, linked } = await findNodes(db, reader, search, query, groups);
  const nodes = new Map([...linked, ...matches].map(({ node }) => [node.id, node]));
  const matchOf = new Map(matches.map((match) => [match.id, match]));
  return rank(matches, linked)
    .slice(0, search.limit)
    .flatMap(({ id, score, from }) => {
      const node = nodes.get(id);
      if (!node) return [];
      const { terms = [], text = "" } = matchOf.get(id) ?? {};
      const { words, corrected } = shownWords(query, groups, terms, `${node.title}\n${text}`);
      return [{ node, score, share: shareOf(asked, groups, terms), words, corrected, linked: from }];
    });
}

/** In how many nodes a word stands; null where memory does not have it. Each is looked up by itself, so that no plan reads all words. */
const nodesWith = ({ organizationId }: MemoryReader, term: SQL): SQL =>
  sql`(select t.nodes from memory_terms t where t.organization_id = ${organizationId} and t.term = ${term})`;

/** The words that memory has, and their stems. */
async function findKnown(
  db: Database,
  reader: MemoryReader,
  { words }: MemoryQuery,
): Promise<{ total: number; found: FoundForm[] }> {
  const [row] = await db.query<{ total: number; found: FoundForm[] | null }>(
    sql`
    with asked as materialized (
      select a.n, a.word from jsonb_to_recordset(${json(words)}) as a(n int, word text))
    select coalesce(${nodesWith(reader, sql`''`)}, 0) as total,
           (select jsonb_agg(jsonb_build_object('n', f.n, 'how', f.how, 'term', f.term, 'of', f.word, 'nodes', f.nodes, 'isStop', ${isStopWord(sql`f.word`)}))
              from (select w.*, ${nodesWith(reader, sql`w.term`)} as nodes
                      from (select n, word, 'typed' as how, word as term from asked
                            union all select a.n, a.word, 'stem', stem from asked a cross join lateral ${stemsOf(sql`a.word`)} stems) w) f
             where f.nodes is not null) as found`,
    repeatable,
  );
  return { total: row?.total ?? 0, found: row?.found ?? [] };
}

/** What words that memory does not have may have been meant as: longer ones, similar ones with their stems, and those within them. */
async function findMeant(db: Database, reader: MemoryReader, words: AskedWord[]): Promise<FoundForm[]> {
  const asked = words.map(({ n, word }) => ({ n, word, parts: partsOf(word) }));
  const [row] = await db.batch<{ found: FoundForm[] | null }>(
    [
      // What is compiled for a few words takes longer than they do.
      sql`select set_config('pg_trgm.similarity_threshold', ${leastSimilarity(words)}, true), set_config('jit', 'off', true)`,
      sql`
      with asked as materialized (
        select a.* from jsonb_to_recordset(${json(asked)}) as a(n int, word text, parts jsonb)),
      beginning as (
        select a.n, 'beginning' as how, b.term, b.term as of, b.nodes
          from asked a cross join lateral (
            select t.term, t.nodes from memory_terms t
             where t.organization_id = ${reader.organizationId} and t.term ~>=~ a.word and t.term ~<~ (a.word || chr(1114111))
             order by t.nodes desc, t.term limit 4) b
         where length(a.word) >= 3),
      alike as materialized (
        select a.n, b.term as of, b.nodes
          from asked a cross join lateral (
            select t.term, t.nodes from memory_terms t
             where t.organization_id = ${reader.organizationId} and t.term % a.word and t.term not like '~%'
             order by similarity(t.term, a.word) desc, t.nodes desc, t.term limit 12) b
         where length(a.word) >= 4),
      others as (
        select s.n, 'similar' as how, stems.stem as term, s.of from alike s cross join lateral ${stemsOf(sql`s.of`)} stems
        union all select a.n, 'part', p.word, p.word from asked a cross join lateral jsonb_array_elements_text(a.parts) p(word)),
      found as (
        select * from beginning
        union all select n, 'similar', of, of, nodes from alike
        union all select n, how, term, of, ${nodesWith(reader, sql`others.term`)} from others)
      select (select jsonb_agg(jsonb_build_object('n', f.n, 'how', f.how, 'term', f.term, 'of', f.of, 'nodes', f.nodes, 'isStop', false)) from found f where f.nodes is not null) as found`,
    ],
    repeatable,
  );
  return row?.found ?? [];
}

/** A node that holds words, with a score, or one that is linked with such a one. */
type FoundRow = {
  id: string;
  kind: MemoryKind;
  title: string;
  engagement_id: string | null;
  metadata: Record<string, unknown>;
  created_at: string;
  score: number | null;
  terms: string | null;
  text: string | null;
  hub_id: string | null;
  edge: EdgeKind | null;
  direction: "from" | "to" | null;
};

async function findNodes(
  db: Database,
  reader: MemoryReader,
  search: MemorySearch,
  query: MemoryQuery,
  groups: WordGroup[],
): Promise<{ matches: (Match & { node: MemoryNode; text: string })[]; linked: (Linked & { node: MemoryNode })[] }> {
  const wanted = sql`${visible(reader, sql`n`)} ${ofKinds(search.kinds)} ${ofEngagement(search)}`;
  const tag = createHash("md5").update(reader.organizationId).digest("hex").slice(0, 4);
  const words = groups.flatMap(({ n, weight, forms }) =>
    forms.map(({ term, weight: counts }) => ({
      n,
      term,
      query: quoted(tag + term),
      weight: weight * counts,
      phrase: false,
    })),
  );
  const phrases = query.phrases.map(({ words: parts }, index) => {
    const phrase = parts.map((word) => quoted(tag + word)).join(" <-> ");
    return { n: -1 - index, term: "", query: phrase, weight: phraseCounts, phrase: true };
  });
  const ways = [
    ...waysToSeek(groups).map(({ any, isTitle, limit }) => ({ query: toQuery(any, isTitle ? `${tag}^` : tag), limit })),
    ...phrases.map((phrase) => ({ query: phrase.query, limit: phraseLimit })),
  ];
  const way = (index: number) => sql.raw(`way_${index}`);
  const rows = await db.query<FoundRow>(
    sql`
      with ${sql.join(
        ways.map(
          ({ query: wantedWords }, index) => sql`
        ${way(index)} as materialized (
          select n.id, n.words, n.search from memory_nodes n where ${wanted} and n.search @@ ${wantedWords}::tsquery and ${remembered(sql`n`)}),`,
        ),
        sql``,
      )}
      seen as materialized (
        select distinct on (w.id) w.id, w.words, w.search from (${sql.join(
          ways.map(({ limit }, index) => sql`(select id, words, search from ${way(index)} limit ${limit}::int)`),
          sql` union all `,
        )}) w order by w.id),
      form as materialized (
        select f.n, f.term, f.query::tsquery as query, f.weight, f.phrase
          from jsonb_to_recordset(${json([...words, ...phrases])}) as f(n int, term text, query text, weight float, phrase boolean)),
      held as materialized (
        select s.id, s.words, setweight(s.search, 'D', '{}') as search from seen s),
      ranked as materialized (
        select h.id, h.words, f.n, f.term, f.counts
          from held h cross join lateral (
            select n, term,
                   weight * case when phrase then (h.search @@ query)::int else ts_rank(${fieldWeights}, h.search, query) end as counts
              from form offset 0) f
         where f.counts > 0),
      best as (
        select id, words, n, max(counts) as counts, string_agg(term, ' ') as terms from ranked group by id, words, n),
      scored as materialized (
        select id, sum(counts) / (0.75 + 0.25 * words / (select greatest(avg(words), 1)::float from held)) as score, string_agg(terms, ' ') as terms
          from best group by id, words order by 2 desc, 1 limit ${mostMatches(search)}::int),
      hub as (select id, row_number() over (order by score desc, id) as place from scored order by score desc, id limit ${hubs}::int),
      near as (
        select hub.id as hub_id, hub.place, e.kind, e.direction, e.id
          from hub cross join lateral (
            (select target_id as id, kind, 'from' as direction, created_at from memory_edges where source_id = hub.id order by created_at desc limit ${perHub}::int)
            union all
            (select source_id, kind, 'to', created_at from memory_edges where target_id = hub.id order by created_at desc limit ${perHub}::int)) e),
      found as (
        select id, score, terms, null::uuid as hub_id, null::text as edge, null::text as direction, null::int as place from scored
        union all select id, null, null, hub_id, kind, direction, place from near)
      select f.id, f.score, f.terms, f.hub_id, f.edge, f.direction, n.kind, n.title, n.engagement_id, n.metadata, ${utc(sql`n.created_at`)} as created_at,
             case when f.hub_id is null then left(n.content, ${shownLength}::int) end as text
        from found f join memory_nodes n on n.id = f.id
       where ${wanted} and ${remembered(sql`n`)} order by f.score desc nulls last, f.place, f.id`,
    repeatable,
  );
  const found = rows.map((row) => ({ ...row, node: toNode(row) }));
  return {
    matches: found.flatMap(({ id, node, score, terms, text }) =>
      score === null ? [] : [{ id, node, score, terms: terms?.split(" ") ?? [], text: text ?? "" }],
    ),
    linked: found.flatMap(({ id, node, hub_id: hubId, edge, direction }) =>
      hubId && edge && direction ? [{ id, node, hubId, edge, direction }] : [],
    ),
  };
}

const toNode = ({ id, kind, title, engagement_id, metadata, created_at }: FoundRow): MemoryNode => ({
  id,
  kind,
  title,
  engagementId: engagement_id as EngagementId | null,
  metadata,
  createdAt: created_at,
});

/** A word of the title counts as much as two of the text (ts_rank's weights of D, C, B and A). */
const fieldWeights = sql`'{0.5, 0.5, 0.5, 1}'::real[]`;
/** As much as two rare words. */
const phraseCounts = 8;
const phraseLimit = 100;
/** Nodes that are merged with their neighbours. */
const mostMatches = ({ limit }: MemorySearch): number => Math.max(limit, 30);

/** As much of a text is read to show the words in it. */
const shownLength = 3_000;

/** What of memory the reader may see. */
export const visible = ({ organizationId, readable }: MemoryReader, n: SQL): SQL =>
  sql`${n}.organization_id = ${organizationId} and ${within(readable, sql`${n}.engagement_id`)}`;

const ofKinds = (kinds: MemoryKind[]): SQL =>
  kinds.length === 0 ? sql`` : sql`and n.kind in (select jsonb_array_elements_text(${json(kinds)}))`;
const ofEngagement = ({ engagementId }: MemorySearch): SQL =>
  engagementId === null ? sql`` : sql`and n.engagement_id = ${engagementId}::uuid`;

/** Words are letters and digits, and need quotes only for the sign before a stem or a title's word. */
const quoted = (term: string): string => `'${term.replaceAll("'", "''")}'`;
const toQuery = (any: string[][][], before: string): string => {
  const oneOf = (terms: string[]) => `(${terms.map((term) => quoted(before + term)).join(" | ")})`;
  return any.map((sets) => `(${sets.map(oneOf).join(" & ")})`).join(" | ");
};
