#!/bin/sh
# Makes the secrets that are not there yet: files in secrets/, which containers read, and .env, which Compose reads. Limits of
# processors are in .env too where this machine has fewer than compose.yaml gives, because an engine refuses more than there are.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets

for name in postgres-superuser-password postgres-password postgres-restore-password redis-password qdrant-key api-key alerts-key \
  metrics-token backup-signing-key key-ring-secret web-secret grafana-password; do
  [ -s "secrets/$name" ] || od -An -N32 -tx1 /dev/urandom | tr -d ' \n' > "secrets/$name"

  # Programs in containers run as other users than the one of this folder, which nobody else can enter.
  chmod 644 "secrets/$name"
done

set_variable() {
  grep -q "^$1=" .env 2>/dev/null || printf '%s=%s\n' "$1" "$(cat "secrets/$2")" >> .env
}
set_variable POSTGRES_PASSWORD postgres-password
set_variable REDIS_PASSWORD redis-password
set_variable QDRANT_KEY qdrant-key
set_variable API_KEY api-key
set_variable ALERTS_KEY alerts-key
set_variable METRICS_TOKEN metrics-token
set_variable BACKUP_SIGNING_KEY backup-signing-key
set_variable KEY_RING_SECRET key-ring-secret
set_variable WEB_SECRET web-secret

set_processors() {
  processors=$(getconf _NPROCESSORS_ONLN)
  [ "$processors" -ge "$2" ] || grep -q "^$1=" .env || printf '%s=%s\n' "$1" "$processors" >> .env
}
set_processors CPUS 4
set_processors OLLAMA_CPUS 8
