-- What a client calls a document in its own system.
alter table documents add column external_id text;
create unique index documents_external_id on documents (collection, external_id) where external_id is not null;
comment on column documents.external_id is 'The id of the document in the client''s system, unique in its collection; null for none';

-- Many files in one request, and what became of each.
create table document_batches (
    id         uuid primary key,
    collection text not null,
    created_at timestamptz not null default now(),
    ended_at   timestamptz,
    error      text
);
comment on column document_batches.ended_at is 'Null while files are received, and where the request broke off';
comment on column document_batches.error is 'Why the rest of the batch could not be read';
create index document_batches_created on document_batches (created_at);

create table document_batch_files (
    batch_id    uuid not null references document_batches on delete cascade,
    ordinal     integer not null,
    name        text not null,
    outcome     text not null check (outcome in ('accepted', 'known', 'rejected')),
    status_code integer not null,
    reason      text,
    document_id uuid,
    primary key (batch_id, ordinal)
);
