-- The documents of sources: a document without a row here belongs to whoever uploaded it.
create table document_sources (
    document_id uuid primary key references documents on delete cascade,
    source      text not null,
    path        text not null
);
create index document_sources_path on document_sources (source, path);

-- What each source had at its last run.
create table source_files (
    source      text not null,
    path        text not null,
    version     text not null,
    tag         text,
    settings    text not null,
    size_bytes  bigint,
    sha256      bytea,
    document_id uuid references documents on delete set null,
    refusal     text,
    checked_at  timestamptz not null default now(),
    primary key (source, path)
);
create index source_files_document on source_files (document_id);
comment on column source_files.version is 'Size and date, or what else tells a change without reading; empty where nothing does';
comment on column source_files.tag is 'What a web server wants to be told to say that nothing has changed';
comment on column source_files.settings is 'Of the collection and the tags that the file was stored with';
comment on column source_files.refusal is 'Why the file cannot become a document; null for one that is a document';

create table sources (
    name            text primary key,
    first_seen_at   timestamptz not null default now(),
    begun_at        timestamptz,
    ended_at        timestamptz,
    last_success_at timestamptz,
    is_failing      boolean not null default false,
    error           text,
    files           bigint not null default 0
);
