-- Similarity of words, for what people mistype when they search.
create extension if not exists pg_trgm;
--> statement-breakpoint
-- The organization in one index with the letters of its memory's words.
create extension if not exists btree_gin;
--> statement-breakpoint
-- The words of a title, each behind its organization. Signs within words part them, as they do in what people search for.
create or replace function session_words(organization text, title text) returns text[] language sql immutable parallel safe as
$$ select coalesce(array_agg($1 || ' ' || lexeme order by lexeme), '{}') from unnest(to_tsvector('simple', translate($2, '-/._:#&@+', '         '))) $$;
