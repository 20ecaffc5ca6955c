-- What the file of the searched version says of itself, such as the front matter of a Markdown page. It is in the metadata as
-- well, unless an upload gave another value, so that filters find both.
alter table documents add column properties jsonb not null default '{}';
comment on column documents.properties is 'The same kinds of values as metadata';
