-- A cached result is served only while its collection has no newer change.
create index index_changes_collection on index_changes (collection, seq);
