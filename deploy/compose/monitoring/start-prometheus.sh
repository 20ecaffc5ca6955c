#!/bin/sh
# Starts Prometheus with the given flags. PROMETHEUS_ADMIN turns on the API that deletes series and makes snapshots; as everywhere,
# "false" counts as not set.
set -eu
case "${PROMETHEUS_ADMIN:-false}" in
  false) ;;
  *) set -- "$@" --web.enable-admin-api ;;
esac
exec prometheus "$@"
