create table documents (
    id            uuid primary key,
    collection    text not null,
    name          text not null,
    content_type  text not null,
    size_bytes    bigint not null,
    sha256        bytea not null,
    version       integer not null default 1,
    ready_version integer,
    status        text not null default 'pending' check (status in ('pending', 'processing', 'ready', 'failed')),
    stage         text check (stage in ('extract', 'chunk', 'embed', 'index')),
    progress      smallint not null default 0 check (progress between 0 and 100),
    attempts      integer not null default 0,
    error         text,
    chunk_count   integer not null default 0,
    tags          jsonb not null default '{}',
    claim_id      uuid,
    claimed_until timestamptz,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    indexed_at    timestamptz
);
comment on column documents.version is 'The newest version that was uploaded';
comment on column documents.ready_version is 'The version that is searched; null until one is ready';

-- The same bytes in the same collection are one document.
create unique index documents_content on documents (collection, sha256);
create index documents_page on documents (collection, id);
create index documents_waiting on documents (updated_at) where status in ('pending', 'processing');
create index documents_tags on documents using gin (tags jsonb_path_ops);

create table document_contents (
    document_id uuid not null references documents on delete cascade,
    version     integer not null,
    content     bytea not null,
    created_at  timestamptz not null default now(),
    primary key (document_id, version)
);
-- Documents are mostly compressed already, and an uncompressed value can be read in slices.
alter table document_contents alter column content set storage external;

create table chunks (
    id          uuid primary key,
    document_id uuid not null references documents on delete cascade,
    version     integer not null,
    ordinal     integer not null,
    text        text not null,
    page        integer,
    section     text,
    token_count integer not null,
    search      tsvector generated always as (
        setweight(to_tsvector('english', coalesce(section, '')), 'B') || to_tsvector('english', text)) stored,
    unique (document_id, version, ordinal)
);
create index chunks_search on chunks using gin (search);

create table embeddings (
    chunk_id    uuid primary key references chunks on delete cascade,
    model       text,
    dense       real[],
    term_hashes integer[] not null,
    term_counts real[] not null,
    created_at  timestamptz not null default now()
);
comment on column embeddings.term_hashes is 'Unsigned 32-bit hashes of the terms, stored as signed';

-- What changed in the set of searchable chunks, in commit order: writers hold an advisory lock from drawing the number
-- to the commit, so a reader that has seen number n has seen all before it.
create table index_changes (
    seq         bigint generated always as identity primary key,
    document_id uuid not null,
    collection  text not null,
    changed_at  timestamptz not null default now()
);

-- How far each index that all processes share has followed the changes.
create table index_cursors (
    index_name text primary key,
    seq        bigint not null
);
