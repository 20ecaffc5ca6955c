-- A document is searched by its words as soon as its chunks are stored; its vectors follow in the background.
alter table documents
    add column embedded_model text,
    add column embedded_count integer not null default 0,
    add column embedding_attempts integer not null default 0,
    add column embedding_claim uuid,
    add column embedding_claimed_until timestamptz;
comment on column documents.embedded_model is 'The model whose vectors the searched version has or waits for; null for none';
comment on column documents.embedded_count is 'Chunks of the searched version with a vector of embedded_model';
comment on column documents.embedding_attempts is 'How often the model refused a batch with chunks of the searched version';

update documents d set embedded_model = counted.model, embedded_count = counted.chunks
from (
    select distinct on (c.document_id) c.document_id, e.model, count(*) as chunks
    from searchable_chunks c join embeddings e on e.chunk_id = c.id and e.dense is not null
    group by c.document_id, e.model
    order by c.document_id, count(*) desc) counted
where counted.document_id = d.id;

create index documents_embedding on documents (embedded_model, indexed_at desc) where embedded_count < chunk_count;
