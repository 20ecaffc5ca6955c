-- Files inside a document, such as the attachments of a mail, are documents of their own.
alter table documents
    add column parent_id uuid references documents on delete cascade,
    add column depth smallint not null default 0;
comment on column documents.parent_id is 'The document that it was inside of; null for one that was uploaded';
comment on column documents.depth is 'How many documents are around it';

-- The same bytes in the same collection for the same groups are one document, but those inside another belong to that one.
create unique index documents_attached on documents (parent_id, name, sha256) where parent_id is not null;
drop index documents_content;
create unique index documents_content on documents (collection, sha256, groups) where parent_id is null;
