-- What is known of each backup. The backups themselves lie elsewhere, each with a manifest of its own: this table can be
-- made again from them, and says besides what became of those that failed or were deleted.
create table backups (
    id            text primary key,
    status        text not null check (status in ('running', 'complete', 'verified', 'damaged', 'failed', 'missing', 'deleted')),
    created_at    timestamptz not null,
    finished_at   timestamptz,
    place         text not null,
    method        text,
    encryption    text,
    size_bytes    bigint,
    actor         text not null,
    error         text,
    verified_at   timestamptz,
    drilled_at    timestamptz,
    drill_seconds double precision,
    drill_error   text
);
create index backups_created on backups (created_at);
comment on column backups.drill_error is 'Why the last restore drill of this backup failed; null when it did not';
