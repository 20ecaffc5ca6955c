-- From chunks with their places and what stands between them, a document's text can be put together again.
alter table chunks add column place jsonb;
alter table chunks add column lead text;
comment on column chunks.place is 'Where the chunk stands in the document''s text; null where it was processed by an earlier release';
comment on column chunks.lead is 'The text between the chunk before and this one: headings and line breaks; null where it was processed by an earlier release';
