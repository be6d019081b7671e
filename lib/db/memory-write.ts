import { type SQL, sql } from "drizzle-orm";
import type { OrganizationId } from "../domain/ids.js";
import type { EdgeToWrite, NodeToWrite } from "../domain/memory/remember.js";
import { json, utc } from "./database.js";

/**
 * The first statement of every batch that writes memory: writers of an organization go one after the other, so that each counts the words of
 * what the last one has left.
 */
export const oneWriter = (organizationId: OrganizationId): SQL =>
  sql`select pg_advisory_xact_lock(hashtextextended('memory:' || ${organizationId}, 0))`;

/**
 * What stands before each word of `search`, so that the index has the words of an organization by themselves. Two organizations may have the
 * same, so whoever searches asks for the organization too.
 */
export const tagOf = (organizationId: SQL): SQL => sql`left(md5(${organizationId}), 4)`;

/** The words that a node's `search` counts: without what stands before them, those of the title not twice, and the empty one. */
export const termsOf = (search: SQL): SQL => sql`
  unnest(array_append(array(select substr(u, 5) from unnest(tsvector_to_array(${search})) u where substr(u, 5, 1) <> '^'), ''))`;

/** The stems of a word in the four languages, each once; none where it says nothing by itself in all of them. */
export const stemsOf = (word: SQL): SQL => sql`
  (select distinct '~' || s.stem as stem
     from unnest(ts_lexize('english_stem', ${word}) || ts_lexize('german_stem', ${word})
                 || ts_lexize('french_stem', ${word}) || ts_lexize('spanish_stem', ${word})) s(stem))`;

/** Whether a word says nothing by itself in one of the languages. */
export const isStopWord = (word: SQL): SQL => sql`
  ('{}' in (ts_lexize('english_stem', ${word}), ts_lexize('german_stem', ${word}),
            ts_lexize('french_stem', ${word}), ts_lexize('spanish_stem', ${word})))`;

/**
 * CTEs that write nodes and edges for the organization of the row of `owner` (organization_id) and count their words; without that row
 * nothing. Rows that are there become as they are given. Follows `oneWriter` in a batch.
 */
export const writeMemory = (nodes: NodeToWrite[], edges: EdgeToWrite[], owner: SQL): SQL => sql`
  ${buildNodes(nodes, owner)},
  old as (
    select n.id, n.organization_id, n.search from memory_nodes n join given g on g.id = n.id),
  written as (
    insert into memory_nodes (id, organization_id, engagement_id, kind, title, content, metadata, search, words)
    select g.id, g.organization_id, g.engagement_id, g.kind, g.title, g.content, g.metadata, b.search, g.count from given g join built b on b.id = g.id
    on conflict (id) do update
       set engagement_id = excluded.engagement_id, title = excluded.title, content = excluded.content, metadata = excluded.metadata,
           search = excluded.search, words = excluded.words, updated_at = now()
     where memory_nodes.organization_id = excluded.organization_id
    returning id),
  linked as (
    insert into memory_edges (source_id, target_id, kind, organization_id)
    select e.source, e.target, e.kind, owner.organization_id
      from ${owner} owner cross join jsonb_to_recordset(${json(edges)}) as e(source uuid, target uuid, kind text)
    on conflict (source_id, target_id, kind) do nothing),
  ${countWords(sql`built`, sql`old`)}`;

/** CTEs with nodes as they are given (`given`) and the words by which each is found (`built`). */
export const buildNodes = (nodes: NodeToWrite[], owner: SQL): SQL => sql`
  given as (
    select owner.organization_id, ${tagOf(sql`owner.organization_id`)} as tag, g.id, g.kind, g."engagementId" as engagement_id, g.title, g.content, g.count, g.places,
           case when g.kind = 'plan_session' then g.metadata || jsonb_build_object('archived_at', ${utc(sql`now()`)}) else g.metadata end as metadata
      from ${owner} owner cross join jsonb_to_recordset(${json(nodes)}) as g(
           id uuid, kind text, "engagementId" uuid, title text, content text, metadata jsonb, count int, places jsonb)),
  place as materialized (
    select g.id, p.word, p.at from given g cross join lateral jsonb_to_recordset(g.places) as p(word text, at text)),
  lexeme as materialized (
    select w.word, l.term from (select distinct word from place) w
     cross join lateral (select w.word as term union all select stem from ${stemsOf(sql`w.word`)} stems) l),
  built as (
    select g.id, g.organization_id,
           coalesce(string_agg('''' || g.tag || l.term || ''':' || p.at
                               || case when p.at like '%A%' then ' ''' || g.tag || '^' || l.term || '''' else '' end, ' '), '')::tsvector as search
      from given g left join place p on p.id = g.id left join lexeme l on l.word = p.word
     group by g.id, g.organization_id, g.tag)`;

/** CTEs that count the words of nodes (organization_id, search) that have come and of those that have gone. */
export const countWords = (come: SQL, gone: SQL): SQL => sql`
  turned as (
    select t.organization_id, t.term, sum(t.n)::int as n from (
      select organization_id, ${termsOf(sql`search`)} as term, 1 as n from ${come}
      union all select organization_id, ${termsOf(sql`search`)}, -1 from ${gone}) t
     group by t.organization_id, t.term having sum(t.n) <> 0),
  forgotten as (
    delete from memory_terms m using turned t where m.organization_id = t.organization_id and m.term = t.term and m.nodes + t.n <= 0),
  counted as (
    insert into memory_terms as m (organization_id, term, nodes)
    select t.organization_id, t.term, t.n from turned t left join memory_terms k on k.organization_id = t.organization_id and k.term = t.term
     where coalesce(k.nodes, 0) + t.n > 0
    on conflict (organization_id, term) do update set nodes = m.nodes + excluded.nodes, updated_at = now())`;
