create table api_keys (
    id          text primary key,
    name        text not null,
    sha256      bytea not null,
    scopes      text[] not null,
    collections text[],
    created_at  timestamptz not null default now(),
    revoked_at  timestamptz
);
comment on column api_keys.collections is 'The collections the key may use; null for all';

create table audit_logs (
    id         bigint generated always as identity primary key,
    at         timestamptz not null default now(),
    actor      text not null,
    action     text not null,
    subject    text not null,
    collection text,
    details    jsonb not null default '{}',
    trace_id   text
);
create index audit_logs_at on audit_logs using brin (at);
create index audit_logs_subject on audit_logs (subject);

create table answers (
    id         uuid primary key,
    session_id uuid not null,
    collection text not null,
    question   text not null,
    answer     text not null,
    kind       text not null,
    model      text,
    chunk_ids  uuid[] not null,
    created_at timestamptz not null default now()
);
create index answers_session on answers (session_id, created_at);

create table searches (
    id         uuid primary key,
    collection text not null,
    chunk_ids  uuid[] not null,
    created_at timestamptz not null default now()
);

create table feedback (
    id         bigint generated always as identity primary key,
    search_id  uuid,
    answer_id  uuid,
    collection text not null,
    chunk_id   uuid,
    relevant   boolean not null,
    comment    text,
    actor      text not null,
    created_at timestamptz not null default now(),
    check (num_nonnulls(search_id, answer_id) = 1)
);
