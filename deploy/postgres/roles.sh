#!/bin/sh
# Runs when the server makes its cluster, and may run again. The application owns its database and may watch the server, and is an
# ordinary role; backups are restored by a role without any rights. Only the superuser of the image could do more, and nothing
# uses it. The passwords are in the environment, or in files.
set -eu
RAGASPIRE_PASSWORD=${RAGASPIRE_PASSWORD:-$(cat /run/secrets/postgres-password)}
RAGASPIRE_RESTORE_PASSWORD=${RAGASPIRE_RESTORE_PASSWORD:-$(cat /run/secrets/postgres-restore-password)}
export RAGASPIRE_PASSWORD RAGASPIRE_RESTORE_PASSWORD

# The environment of psql hides the passwords from the list of processes.
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv application RAGASPIRE_PASSWORD
\getenv restore RAGASPIRE_RESTORE_PASSWORD
select format('create role %I', name) from unnest(array['ragaspire', 'ragaspire_restore']) name
where not exists (select from pg_roles where rolname = name) \gexec
alter role ragaspire login createdb nosuperuser nocreaterole noreplication nobypassrls password :'application';
alter role ragaspire_restore login noinherit nocreatedb nosuperuser nocreaterole noreplication nobypassrls password :'restore';
grant pg_monitor, ragaspire_restore to ragaspire;
select 'create database ragdb owner ragaspire' where not exists (select from pg_database where datname = 'ragdb') \gexec
revoke connect, temporary on database ragdb from public;
SQL
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname ragdb -c 'create extension if not exists pg_stat_statements'
