-- The searches of a key without a long pause, until that pause has come. Each process adds what it has seen.
create table search_sessions (
    key_id   text primary key,
    began_at timestamptz not null,
    last_at  timestamptz not null
);
