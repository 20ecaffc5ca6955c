#!/bin/sh
# Starts nginx and reloads it when its certificate has changed, without anything that could reach into this container. Until
# the first certificate is there, one that signs itself stands in, so that the server can start and answer ACME.
set -eu
certificates=${CERTIFICATES:-/etc/nginx/certificates}
if [ ! -s "$certificates/tls.crt" ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 7 \
    -subj "/CN=${SERVER_NAME:-localhost}" -keyout "$certificates/tls.key" -out "$certificates/tls.crt" 2>/dev/null
fi

state() { cksum "$certificates/tls.crt" 2>/dev/null || true; }

nginx -g "daemon off; ${NGINX_DIRECTIVES:-}" "$@" &
server=$!
trap 'kill -QUIT $server' TERM INT QUIT

last=$(state)
while kill -0 $server 2>/dev/null; do
  # In the background, because a shell handles signals only between commands.
  sleep "${WATCH_SECONDS:-60}" &
  wait $! || true
  now=$(state)
  if [ "$now" != "$last" ]; then
    last=$now
    if nginx -t "$@" 2>/dev/null; then
      kill -HUP $server
      echo "The certificate has changed: reloaded." >&2
    else
      echo "The certificate has changed and is not accepted: the one before stays in use." >&2
    fi
  fi
done
wait $server
