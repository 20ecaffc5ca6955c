-- The keys with which the pages of one replica sign what another one gets back.
create table data_protection_keys (
    id bigint generated always as identity primary key,
    name text not null unique,
    xml text not null,
    created_at timestamptz not null default now()
);
