-- The schedule as the workers run it, so that the API and the metrics tell of what is and not of their own configuration.
create table maintenance_schedules (
    task            text primary key,
    cron            text,
    time_zone       text not null,
    time_limit      interval not null,
    alert_after     interval,
    retries         integer not null,
    enabled         boolean not null,
    first_stored_at timestamptz not null default now(),
    scheduled_since timestamptz not null default now(),
    last_success_at timestamptz
);
comment on column maintenance_schedules.cron is 'Null for a task that only runs when somebody wants it';
comment on column maintenance_schedules.scheduled_since is 'Since when cron, time zone and enabled are as they are: nothing before it was missed';

create table maintenance_runs (
    id                  uuid primary key,
    task                text not null,
    actor               text not null,
    dry_run             boolean not null default false,
    status              text not null default 'queued' check (status in
                            ('queued', 'running', 'succeeded', 'failed', 'skipped', 'cancelled', 'interrupted')),
    due_at              timestamptz,
    attempt             integer not null default 1,
    queued_at           timestamptz not null default now(),
    not_before          timestamptz not null default now(),
    started_at          timestamptz,
    heartbeat_at        timestamptz,
    finished_at         timestamptz,
    worker              text,
    progress            smallint not null default 0 check (progress between 0 and 100),
    step                text,
    report              jsonb,
    error               text,
    cancel_requested_by text,
    trace_id            text
);
comment on column maintenance_runs.due_at is 'The occurrence of the schedule that it is for; null when a person wanted it';

-- A task never overlaps itself, and an occurrence of the schedule is run once, whatever the workers believe.
create unique index maintenance_runs_active on maintenance_runs (task) where status in ('queued', 'running');
create unique index maintenance_runs_due on maintenance_runs (task, due_at, attempt) where due_at is not null;
create index maintenance_runs_page on maintenance_runs (task, id);

-- Figures that cost too much to compute whenever they are asked for, as they were last computed.
create table kept_figures (
    name   text not null,
    labels jsonb not null default '{}',
    value  double precision not null,
    at     timestamptz not null default now(),
    primary key (name, labels)
);

-- An index may live in each process. What maintenance wants of it is written down here, and each process answers.
create table index_replicas (
    id         uuid primary key,
    name       text not null,
    index_name text not null,
    points     bigint not null,
    seen_at    timestamptz not null default now()
);
create table index_orders (
    run_id     uuid primary key,
    action     text not null check (action in ('reconcile', 'rebuild', 'compact')),
    dry_run    boolean not null,
    ordered_at timestamptz not null default now()
);
create table index_order_results (
    run_id      uuid not null references index_orders on delete cascade,
    replica_id  uuid not null,
    name        text not null,
    report      jsonb,
    error       text,
    finished_at timestamptz not null default now(),
    primary key (run_id, replica_id)
);

-- Vectors of several models may stand beside each other: each process uses those of its own model, so that a new model
-- can be made ready while the old one serves, and the old one stays until nobody uses it.
update embeddings set model = '' where model is null;
alter table embeddings alter column model set default '', alter column model set not null;
alter table embeddings drop constraint embeddings_pkey, add primary key (chunk_id, model);
comment on column embeddings.model is 'Empty where there was no embedding model, and then there is no dense vector';
