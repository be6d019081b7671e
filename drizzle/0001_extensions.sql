-- Similarity of words, for what people mistype when they search.
create extension if not exists pg_trgm;
--> statement-breakpoint
-- Words of titles and the organization in one index.
create extension if not exists btree_gin;
