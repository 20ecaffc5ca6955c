-- Filters on these find a few documents of a large collection without reading all of it. A size is compared as a filter writes it.
create index documents_name on documents (collection, name);
create index documents_content_type on documents (collection, content_type);
create index documents_size on documents (collection, (size_bytes::float8));
create index documents_created on documents (collection, created_at);
