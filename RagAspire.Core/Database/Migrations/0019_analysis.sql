alter table documents add column analysis text;
comment on column documents.analysis is 'How the terms of the searched version were made; those of another way are made again';
