-- Similarity of words, for what people mistype when they search.
create extension if not exists pg_trgm;
