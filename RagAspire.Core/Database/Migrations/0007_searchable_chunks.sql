-- The chunks that a search may find: those of the searched version of each document.
create view searchable_chunks as
select c.id, c.document_id, c.version, c.ordinal, c.text, c.page, c.section, c.token_count, c.search,
    d.collection, d.name as document_name, d.tags
from documents d
join chunks c on c.document_id = d.id and c.version = d.ready_version;
