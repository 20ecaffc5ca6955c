-- Which data this is. Several installations may share one Redis, and a restored backup has numbers that were given out
-- before: what is cached under one identity is never served under another. A restore draws a new one.
create table installation (
    id         uuid not null default gen_random_uuid(),
    created_at timestamptz not null default now(),
    singleton  boolean primary key default true check (singleton)
);
insert into installation default values;
