alter table maintenance_runs add column argument text;
comment on column maintenance_runs.argument is 'The object of the run, such as a backup''s id; null for the task''s default';
