import { type SQL, sql } from "drizzle-orm";
import { type FoundForm, partsOf, shareOf, toGroups, type WordGroup } from "../domain/memory/forms.js";
import type { MemoryKind } from "../domain/memory/node.js";
import { type MemoryQuery, readQuery } from "../domain/memory/query.js";
import { type Linked, type Match, rank } from "../domain/memory/rank.js";
import { waysToSeek } from "../domain/memory/seek.js";
import { shownWords } from "../domain/memory/why.js";
import type { MemoryHit, MemoryNode, MemoryReader, MemorySearch } from "../ports-memory.js";
import { within } from "./access-store.js";
import { type Database, json, repeatable } from "./database.js";
import { nodeJson, remembered } from "./memory-rows.js";
import { isStopWord, stemsOf } from "./memory-write.js";

/** Words that are so unlike are not looked at; low, because two letters that are swapped leave little of a short word. */
const leastSimilarity = "0.2";
/** Nodes whose neighbours are looked at, and how many of each. */
const hubs = 8;
const perHub = 12;

/**
 * Finds nodes by words, their stems, what they may have been meant as, and what the best of them are linked with. Three requests: what the
 * words may stand for; the nodes with them, ranked, and their neighbours; the texts of those that are shown.
 */
export async function searchMemory(db: Database, reader: MemoryReader, search: MemorySearch): Promise<MemoryHit[]> {
  const query = readQuery(search.text);
  if (query.words.length === 0) return [];
  const { total, found } = await findForms(db, reader, query);
  const groups = toGroups(query, found, total);
  if (groups.length === 0) return [];
  const { matches, linked } = await findNodes(db, reader, search, query, groups);
  const best = rank(matches, linked).slice(0, search.limit);
  const texts = await readTexts(
    db,
    best.map(({ id }) => id),
  );
  const nodes = new Map([...linked, ...matches].map(({ node }) => [node.id, node]));
  const matchOf = new Map(matches.map((match) => [match.id, match]));
  return best.flatMap(({ id, score, from }) => {
    const node = nodes.get(id);
    if (!node) return [];
    const terms = matchOf.get(id)?.terms ?? [];
    const { words, corrected } = shownWords(query, groups, terms, `${node.title}\n${texts.get(id) ?? ""}`);
    return [{ node, score, share: shareOf(query, groups, terms, total), words, corrected, linked: from }];
  });
}

async function findForms(
  db: Database,
  { organizationId }: MemoryReader,
  query: MemoryQuery,
): Promise<{ total: number; found: FoundForm[] }> {
  const asked = query.words.map(({ n, word, isOpen }) => ({ n, word, open: isOpen, parts: partsOf(word) }));
  const known = (term: SQL) => sql`t.organization_id = ${organizationId} and t.term = ${term}`;
  const [row] = await db.batch<{ total: number; found: FoundForm[] | null }>(
    [
      sql`select set_config('pg_trgm.similarity_threshold', ${leastSimilarity}, true)`,
      sql`
      with asked as materialized (
        select a.*, ${isStopWord(sql`a.word`)} as stop from jsonb_to_recordset(${json(asked)}) as a(n int, word text, open boolean, parts jsonb)),
      typed as materialized (
        select a.n, f.how, f.term, a.word as of, t.nodes
          from asked a cross join lateral (select 'typed' as how, a.word as term union all select 'stem', stem from ${stemsOf(sql`a.word`)} stems) f
          join memory_terms t on ${known(sql`f.term`)}),
      missing as materialized (
        select a.* from asked a where not exists (select from typed f where f.n = a.n)),
      beginning as (
        select a.n, 'beginning' as how, b.term, b.term as of, b.nodes
          from asked a cross join lateral (
            select t.term, t.nodes from memory_terms t
             where t.organization_id = ${organizationId} and t.term ~>=~ a.word and t.term ~<~ (a.word || chr(1114111)) and t.term <> a.word
             order by t.nodes desc, t.term limit 6) b
         where length(a.word) >= 3 and (a.open or a.n in (select n from missing))),
      alike as materialized (
        select u.n, b.term as of, b.nodes
          from missing u cross join lateral (
            select t.term, t.nodes from memory_terms t
             where t.organization_id = ${organizationId} and t.term % u.word and t.term not like '~%'
             order by similarity(t.term, u.word) desc, t.nodes desc, t.term limit 12) b
         where length(u.word) >= 4),
      alike_stems as (
        select s.n, 'similar' as how, t.term, s.of, t.nodes
          from alike s cross join lateral ${stemsOf(sql`s.of`)} stems join memory_terms t on ${known(sql`stems.stem`)}),
      part as (
        select u.n, 'part' as how, t.term, t.term as of, t.nodes
          from missing u cross join lateral jsonb_array_elements_text(u.parts) p(word) join memory_terms t on ${known(sql`p.word`)}),
      found as (
        select * from typed union all select * from beginning union all select n, 'similar', of, of, nodes from alike
        union all select * from alike_stems union all select * from part)
      select coalesce((select t.nodes from memory_terms t where ${known(sql`''`)}), 0) as total,
             (select jsonb_agg(jsonb_build_object('n', f.n, 'how', f.how, 'term', f.term, 'of', f.of, 'nodes', f.nodes, 'isStop', a.stop))
                from found f join asked a on a.n = f.n) as found`,
    ],
    repeatable,
  );
  return { total: row?.total ?? 0, found: row?.found ?? [] };
}

type NodesRow = { matches: (Match & { node: MemoryNode })[] | null; linked: (Linked & { node: MemoryNode })[] | null };

async function findNodes(
  db: Database,
  reader: MemoryReader,
  search: MemorySearch,
  query: MemoryQuery,
  groups: WordGroup[],
): Promise<{ matches: NonNullable<NodesRow["matches"]>; linked: NonNullable<NodesRow["linked"]> }> {
  const wanted = sql`${visible(reader, sql`n`)} ${ofKinds(search.kinds)} ${ofEngagement(search)}`;
  const forms = groups.flatMap(({ n, weight, forms }) =>
    forms.map((form) => ({ n, term: form.term, query: quoted(form.term), weight: weight * form.weight })),
  );
  const phrases = query.phrases.map(({ words }) => ({ query: words.map(quoted).join(" <-> ") }));
  const ways = waysToSeek(groups).map(
    ({ any, limit }) =>
      sql`(select n.id from memory_nodes n where ${wanted} and n.search @@ ${toQuery(any)}::tsquery limit ${limit}::int)`,
  );
  const phrased = phrases.map(
    (phrase) =>
      sql`(select n.id from memory_nodes n where ${wanted} and n.search @@ ${phrase.query}::tsquery limit 100)`,
  );
  const [row] = await db.query<NodesRow>(
    sql`
    with seen as materialized (${sql.join([...ways, ...phrased], sql` union `)}),
    form as materialized (
      select f.n, f.term, f.query::tsquery as query, f.weight from jsonb_to_recordset(${json(forms)}) as f(n int, term text, query text, weight real)),
    phrase as materialized (select p.query::tsquery as query from jsonb_to_recordset(${json(phrases)}) as p(query text)),
    held as materialized (
      select n.id, n.words, n.search || ''::tsvector as search from seen join memory_nodes n on n.id = seen.id),
    matched as (
      select h.id, h.words, f.n, max(f.weight * ts_rank(${fieldWeights}, h.search, f.query)) as best, jsonb_agg(f.term) as terms
        from held h join form f on h.search @@ f.query group by h.id, h.words, f.n),
    scored as materialized (
      select m.id, sum(m.best) / (0.75 + 0.25 * m.words / (select greatest(avg(words), 1) from held))
                   + (select count(*) from phrase p join held h on h.id = m.id where h.search @@ p.query) * ${phraseCounts}::float as score
        from matched m group by m.id, m.words order by 2 desc, 1 limit 100),
    hub as (select id, row_number() over (order by score desc, id) as place from scored order by score desc, id limit ${hubs}::int),
    near as (
      select hub.id as hub_id, hub.place, e.kind, e.direction, n.id, ${nodeJson(sql`n`)} as node
        from hub cross join lateral (
          (select target_id as id, kind, 'from' as direction, created_at from memory_edges where source_id = hub.id order by created_at desc limit ${perHub}::int)
          union all
          (select source_id, kind, 'to', created_at from memory_edges where target_id = hub.id order by created_at desc limit ${perHub}::int)) e
        join memory_nodes n on n.id = e.id
       where ${wanted} and ${remembered(sql`n`)})
    select (select jsonb_agg(jsonb_build_object('id', s.id, 'score', s.score, 'node', ${nodeJson(sql`n`)}, 'terms',
                     (select jsonb_agg(distinct t.term) from matched m cross join jsonb_array_elements_text(m.terms) t(term) where m.id = s.id))
                     order by s.score desc, s.id)
              from scored s join memory_nodes n on n.id = s.id where ${remembered(sql`n`)}) as matches,
           (select jsonb_agg(jsonb_build_object('id', r.id, 'hubId', r.hub_id, 'edge', r.kind, 'direction', r.direction, 'node', r.node)
                     order by r.place, r.id)
              from near r) as linked`,
    repeatable,
  );
  return { matches: row?.matches ?? [], linked: row?.linked ?? [] };
}

/** A word of the title counts as much as two of the text (ts_rank's weights of D, C, B and A). */
const fieldWeights = sql`'{0.5, 0.5, 0.5, 1}'::real[]`;
/** As much as two rare words. */
const phraseCounts = 8;

/** What of memory the reader may see. */
export const visible = ({ organizationId, readable }: MemoryReader, n: SQL): SQL =>
  sql`${n}.organization_id = ${organizationId} and ${within(readable, sql`${n}.engagement_id`)}`;

const ofKinds = (kinds: MemoryKind[]): SQL =>
  kinds.length === 0 ? sql`` : sql`and n.kind in (select jsonb_array_elements_text(${json(kinds)}))`;
const ofEngagement = ({ engagementId }: MemorySearch): SQL =>
  engagementId === null ? sql`` : sql`and n.engagement_id = ${engagementId}::uuid`;

/** Words are letters and digits, and need quotes only for the sign before a stem. */
const quoted = (term: string): string => `'${term.replaceAll("'", "''")}'`;
const toQuery = (any: string[][][]): string =>
  any.map((sets) => `(${sets.map((terms) => `(${terms.map(quoted).join(" | ")})`).join(" & ")})`).join(" | ");

async function readTexts(db: Database, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.query<{ id: string; text: string }>(
    sql`select n.id, left(n.content, 20000) as text from memory_nodes n where n.id in (select value::uuid from jsonb_array_elements_text(${json(ids)}))`,
    repeatable,
  );
  return new Map(rows.map(({ id, text }) => [id, text]));
}
