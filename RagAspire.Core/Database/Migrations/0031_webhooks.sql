-- What has happened, in the transaction in which it happened, whoever changed the row: the worker of an earlier version too.
-- The worker turns each event into deliveries and removes it.
create table webhook_events (
    seq  bigint generated always as identity primary key,
    id   uuid not null default gen_random_uuid(),
    type text not null,
    at   timestamptz not null default now(),
    data jsonb not null
);

create table webhook_deliveries (
    id              uuid primary key,
    webhook         text not null,
    event_id        uuid not null,
    type            text not null,
    body            text not null,
    status          text not null default 'waiting' check (status in ('waiting', 'delivered', 'failed')),
    attempts        integer not null default 0,
    created_at      timestamptz not null default now(),
    next_attempt_at timestamptz not null default now(),
    claimed_until   timestamptz,
    finished_at     timestamptz,
    response_status integer,
    error           text,
    unique (webhook, event_id)
);
create index webhook_deliveries_waiting on webhook_deliveries (webhook, next_attempt_at) where status = 'waiting';
create index webhook_deliveries_finished on webhook_deliveries (finished_at);

-- What is told once, such as that a budget is spent in its period.
create table webhook_marks (
    mark text primary key,
    at   timestamptz not null default now()
);

create function webhook_document_event() returns trigger language plpgsql as $$
begin
    insert into public.webhook_events (type, data) values ('document.' || new.status, jsonb_build_object(
        'id', new.id, 'collection', new.collection, 'name', new.name, 'version', new.version, 'error', new.error));
    return null;
end $$;
create trigger webhook_document after update of status on documents for each row
    when (new.status in ('ready', 'failed') and old.status is distinct from new.status)
    execute function webhook_document_event();

create function webhook_alert_event() returns trigger language plpgsql as $$
begin
    insert into public.webhook_events (type, data) values ('alert.' || new.status, jsonb_build_object(
        'name', new.name, 'severity', new.severity, 'startsAt', new.starts_at, 'endsAt', new.ends_at, 'labels', new.labels,
        'annotations', new.annotations));
    return null;
end $$;
create trigger webhook_alert after insert on alerts for each row execute function webhook_alert_event();
create trigger webhook_alert_change after update of status on alerts for each row
    when (old.status is distinct from new.status) execute function webhook_alert_event();

create function webhook_backup_event() returns trigger language plpgsql as $$
begin
    insert into public.webhook_events (type, data) values (
        case when new.status = 'complete' then 'backup.done' else 'backup.failed' end, jsonb_build_object(
            'id', new.id, 'status', new.status, 'sizeBytes', new.size_bytes, 'error', new.error));
    return null;
end $$;
create trigger webhook_backup after update of status on backups for each row
    when (new.status in ('complete', 'failed', 'damaged') and old.status is distinct from new.status)
    execute function webhook_backup_event();

create function webhook_source_event() returns trigger language plpgsql as $$
begin
    insert into public.webhook_events (type, data) values ('source.failing', jsonb_build_object(
        'name', new.name, 'error', new.error, 'lastSuccessAt', new.last_success_at));
    return null;
end $$;
create trigger webhook_source after update of is_failing on sources for each row
    when (new.is_failing and not old.is_failing) execute function webhook_source_event();
