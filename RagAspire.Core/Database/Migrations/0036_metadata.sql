-- What a document is about, with types: strings, numbers, true and false, and lists of these. Filters compare it.
alter table documents add column metadata jsonb not null default '{}';
comment on column documents.metadata is 'Keys with a string, a number, true, false, or a list of these';
create index documents_metadata on documents using gin (metadata jsonb_path_ops);

-- A string that is written as a date or a date with a time is also a point in time; without an offset it is UTC.
create function metadata_instant(value jsonb) returns timestamptz
language plpgsql immutable strict parallel safe set timezone to 'UTC' as $$
begin
    if jsonb_typeof(value) <> 'string' or value #>> '{}' !~
        '^[1-8]\d{3}-\d\d-\d\d(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-](0\d|1[0-3]):[0-5]\d)?)?$' then
        return null;
    end if;
    return (value #>> '{}')::timestamptz;
exception when datetime_field_overflow or invalid_datetime_format then
    return null;
end
$$;

create or replace view searchable_chunks as
select c.id, c.document_id, c.version, c.ordinal, c.text, c.page, c.section, c.token_count, c.search,
    d.collection, d.name as document_name, d.tags, d.groups, d.metadata, d.content_type, d.size_bytes, d.created_at
from documents d
join chunks c on c.document_id = d.id and c.version = d.ready_version;

-- Points of a shared index are written again with what filters compare.
insert into index_changes (document_id, collection, labels_changed)
select id, collection, true from documents where ready_version is not null order by id;
