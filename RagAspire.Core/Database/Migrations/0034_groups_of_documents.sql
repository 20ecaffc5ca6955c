-- Who sees a document, below the rights on its collection.
alter table documents add column groups text[] not null default '{}';
comment on column documents.groups is 'Distinct and in order; empty for everyone who may read the collection';
alter table api_keys add column groups text[];
comment on column api_keys.groups is 'The key sees documents of these groups and those without groups; null for all documents';

create or replace view searchable_chunks as
select c.id, c.document_id, c.version, c.ordinal, c.text, c.page, c.section, c.token_count, c.search,
    d.collection, d.name as document_name, d.tags, d.groups
from documents d
join chunks c on c.document_id = d.id and c.version = d.ready_version;

-- The same bytes for the same groups are one document. For other groups they are another one: who uploads what is here already
-- must not learn of it.
drop index documents_content;
create unique index documents_content on documents (collection, sha256, groups);

-- A key with groups sees the batches that it has sent.
alter table document_batches add column key_id text;

-- What a shared index keeps beside the vectors has changed, so its points are written again.
alter table index_changes add column labels_changed boolean not null default false;
comment on column index_changes.labels_changed is 'Tags or groups of a document have changed, its text has not';
