-- Up to when sessions that have become quiet are counted; all processes share it.
create table session_watch (
    counted_until timestamptz not null default now(),
    singleton     boolean primary key default true check (singleton)
);
insert into session_watch default values;
create index answers_created on answers (created_at);

-- Questions with what search should find for them, one set for each collection.
create table golden_sets (
    collection text primary key,
    questions  jsonb not null,
    updated_at timestamptz not null default now(),
    updated_by text not null
);

create table retrieval_evaluations (
    id           uuid primary key,
    collection   text not null references golden_sets on delete cascade,
    evaluated_at timestamptz not null default now(),
    questions    integer not null,
    recall_at_10 double precision not null,
    mrr          double precision not null,
    ndcg_at_10   double precision not null,
    degraded     text,
    misses       jsonb not null default '[]'
);
comment on column retrieval_evaluations.degraded is 'Why search was not what it is when all is well; null when it was';
comment on column retrieval_evaluations.misses is 'Questions for which something was missing among the first ten hits';
create index retrieval_evaluations_page on retrieval_evaluations (collection, id);

-- What Alertmanager told. An alert that fires again after it was over begins at another time and is another row.
create table alerts (
    id            bigint generated always as identity primary key,
    fingerprint   text not null,
    starts_at     timestamptz not null,
    ends_at       timestamptz,
    status        text not null check (status in ('firing', 'resolved')),
    name          text not null,
    severity      text,
    labels        jsonb not null,
    annotations   jsonb not null,
    generator_url text,
    received_at   timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    unique (fingerprint, starts_at)
);
create index alerts_status on alerts (status, id);
