#!/bin/sh
# The key with which Prometheus reads Qdrant comes by the environment, and Prometheus takes it from a file.
set -eu
umask 077
printf %s "${QDRANT_API_KEY:-}" > /tmp/qdrant-key
unset QDRANT_API_KEY
exec /bin/prometheus --config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/prometheus "$@"
