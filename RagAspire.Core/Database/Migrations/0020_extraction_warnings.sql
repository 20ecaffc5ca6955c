-- What could not be read of a document that is ready, and how much of it has text.
alter table documents add column warnings jsonb not null default '[]';
alter table documents add column coverage jsonb;
comment on column documents.warnings is 'Of the searched version: [{code, where, count}]';
comment on column documents.coverage is 'Pages, slides, sheets or records with text, of all; null where the format has none';
