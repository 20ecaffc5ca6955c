#!/usr/bin/env bash
# Publishes the images as tarballs, loads them into an engine, and tries them with the shipped Compose file: an upload through the
# sandbox, a search, an answer, health, places that may be written, replicas that are stopped and killed under searches.
#   eng/try-images.sh [options of "dotnet publish", such as -c Debug]
# It needs Docker with Compose on Linux, .NET, curl, 16 GB and some minutes. What it starts is removed at its end, with its volumes.
#   RAGASPIRE_BASE, RAGASPIRE_WORKER_BASE   bases of the images, where those of .NET cannot be pulled
#   COMPOSE                                 another way to call Compose for deploy/compose/compose.yaml
set -euo pipefail
cd "$(dirname "$0")/.."
export HTTP_PORT=${HTTP_PORT:-18080} HTTPS_PORT=${HTTPS_PORT:-18443}
read -ra compose <<< "${COMPOSE:-docker compose -p ragaspire-try -f deploy/compose/compose.yaml}"
services=(api-1 api-2 api-3 worker-1 web nginx)
here=$(mktemp -d)
trap '"${compose[@]}" down -v --timeout 10 >/dev/null 2>&1 || true; rm -rf "$here"' EXIT

step() { echo "== $*"; }
fail() { echo "FAILED: $*" >&2; "${compose[@]}" logs --tail=20 >&2; exit 1; }
# Reads all, because a pipe that closes early is a failure.
has() { grep "$1" > /dev/null; }
container() { "${compose[@]}" ps -a -q "$1" 2>/dev/null; }
request() { curl -sk -m 120 -H "X-Api-Key: $key" "$@"; }

# Waits for up to five minutes until a command succeeds.
until_done() {
  local seconds=$SECONDS
  until "$@"; do
    [ $((SECONDS - seconds)) -lt 300 ] || fail "$*"
    sleep 2
  done
}

healthy() { [ "$(docker inspect -f '{{.State.Health.Status}}' "$(container "$1")")" = healthy ]; }
is_ready() { request "$api/documents/$1" | has '"status":"ready"'; }
upload() { request -F "file=@$1" "$api/documents" | grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4; }

publish() {
  local tarball=$here/image.tar
  dotnet publish "RagAspire.$1" -t:PublishContainer -v quiet -p:ContainerArchiveOutputPath="$tarball" "${@:2}"
  docker load -i "$tarball"
  rm "$tarball"
}

step "images"
base=${RAGASPIRE_BASE:+-p:ContainerBaseImage=$RAGASPIRE_BASE}
publish Api ${base:+"$base"} "$@"
publish Web ${base:+"$base"} "$@"
publish Worker "$@"

step "start"
deploy/compose/secrets.sh
key=$(cat deploy/compose/secrets/api-key)
api=https://localhost:$HTTPS_PORT/api/v1
"${compose[@]}" up -d "${services[@]}"
for service in "${services[@]}"; do until_done healthy "$service"; done

step "a PDF is read in the sandbox"
docker logs "$(container worker-1)" 2>&1 | grep -i "sandbox" || fail "The worker says nothing of its sandbox."
document=$(upload RagAspire.TestSupport/Data/documents/handbook.pdf)
until_done is_ready "$document"
request "$api/search?query=lost+badge&mode=text" | has '"documentName":"handbook.pdf"' || fail "The document is not found."
request --json '{"question": "When is a lost badge reported?"}' "$api/answers" | has '"documentName":"handbook.pdf"' \
  || fail "The answer cites nothing."

step "only named places are written, and each image has its list of materials"
for path in /app /etc /usr /home; do
  ! docker exec "$(container worker-1)" touch "$path/written" 2>/dev/null || fail "$path is writable."
done
docker exec "$(container worker-1)" touch /tmp/written /data/written
for service in api-1 worker-1 web; do
  docker cp "$(container "$service"):/app/sbom.json" - | tar -xO | has CycloneDX || fail "$service has no list of materials."
done

step "replicas have names of their own"
for service in api-1 api-2; do
  address=$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$(container "$service")")
  curl -s -m 10 -H "Authorization: Bearer $(cat deploy/compose/secrets/metrics-token)" "http://$address:8000/metrics" \
    > "$here/metrics" || true
  grep -q "service_instance_id=\"$service\"" "$here/metrics" || fail "The metrics of $service have another name."
done

step "searches go on while one API is stopped and another is killed"
while [ ! -e "$here/over" ]; do
  request -o /dev/null -w '%{http_code}\n' "$api/search?query=badge+$RANDOM&mode=text" || true
  sleep .1
done > "$here/searches" &
searches=$!
docker stop -t 45 "$(container api-1)"
[ "$(docker inspect -f '{{.State.ExitCode}}' "$(container api-1)")" = 0 ] || fail "The API did not end by itself in its time."
docker start "$(container api-1)"
until_done healthy api-1
docker kill "$(container api-2)"
sleep 3
docker start "$(container api-2)"
touch "$here/over"
wait $searches
sort "$here/searches" | uniq -c
[ "$(sort -u "$here/searches")" = 200 ] || fail "Searches failed."

step "a worker that is stopped gives its documents back, and one that is killed loses none"
head -c 200000 /dev/urandom | base64 > "$here/one.txt"
first=$(upload "$here/one.txt")
docker stop -t 45 "$(container worker-1)"
[ "$(docker inspect -f '{{.State.ExitCode}}' "$(container worker-1)")" = 0 ] || fail "The worker did not end by itself in its time."
docker start "$(container worker-1)"
head -c 200000 /dev/urandom | base64 > "$here/two.txt"
second=$(upload "$here/two.txt")
docker kill "$(container worker-1)"
docker start "$(container worker-1)"
until_done is_ready "$first"
until_done is_ready "$second"
step "all of it held, with Docker $(docker version -f '{{.Server.Version}}')"
