#!/bin/sh
# Certbot runs this after each renewal, with the new files in $RENEWED_LINEAGE. It puts them where nginx looks for them, the key
# first and each by a rename, so that nginx never sees half a file. nginx notices by itself (deploy/nginx/start.sh).
set -eu
target=${CERTIFICATES:-/certificates}
umask 077
cp "$RENEWED_LINEAGE/privkey.pem" "$target/tls.key.new"
cp "$RENEWED_LINEAGE/fullchain.pem" "$target/tls.crt.new"
chmod 644 "$target/tls.crt.new"

# The user of the nginx image.
chown 101:101 "$target/tls.key.new" "$target/tls.crt.new" 2>/dev/null || true
mv "$target/tls.key.new" "$target/tls.key"
mv "$target/tls.crt.new" "$target/tls.crt"
echo "$(date -u +%FT%TZ) renewed ${RENEWED_DOMAINS:-}" >> "$target/renewals.log"
