create table alert_reports (
    alert_id bigint primary key references alerts (id) on delete cascade,
    made_at  timestamptz not null default now(),
    report   jsonb not null
);
comment on table alert_reports is 'The diagnosis that was made when an alert was received, one for each';
