-- Workers take waiting documents from the table, in turns between collections and keys.
alter table documents
    add column due_at timestamptz not null default now(),
    add column trace_parent text;
comment on column documents.due_at is 'When a waiting document may be processed; a retry comes later';
comment on column documents.trace_parent is 'W3C traceparent of the request that made the document wait';

-- The first due document of each collection and key.
create index documents_turns on documents (collection, coalesce(uploaded_by, ''), due_at) where status = 'pending';
create index documents_processing on documents (collection) where status = 'processing';

-- However a document comes to wait, workers hear of it in the moment of the commit.
create function announce_waiting_document() returns trigger language plpgsql as $$
begin
    perform pg_notify('rag_documents', '');
    return null;
end $$;
create trigger documents_announce after insert or update of status on documents
    for each row when (new.status = 'pending') execute function announce_waiting_document();
