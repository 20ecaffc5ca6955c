#!/usr/bin/env bash
# Starts the built AppHost on an empty data directory, or on the one that $1 names, and on other ports than usual. Prints the
# CPU seconds of every process until API and worker are ready. Linux only; build before with: dotnet build
set -euo pipefail
cd "$(dirname "$0")/.."
keep=${1:-}
data=${1:-$(mktemp -d)}
port=$((20000 + RANDOM % 10000))
# Every descendant inherits the mark, a detached one too.
export RAGASPIRE_STARTUP_MARK=$$-$RANDOM

ready() { curl -fso /dev/null -m 2 "http://127.0.0.1:$1/ready"; }

# User and system time of each process, with the children that it has waited for; the name may contain spaces.
report() {
    local mark="^RAGASPIRE_STARTUP_MARK=$RAGASPIRE_STARTUP_MARK$" process
    for process in /proc/[0-9]*; do
        if grep -qsz "$mark" "$process/environ" && [[ ${process#/proc/} != "$$" ]]; then
            printf '%s %s\n' \
                "$(sed 's/.*) //' "$process/stat" 2>/dev/null | awk '{ print ($12 + $13 + $14 + $15) / 100 }')" \
                "$(tr '\0' ' ' < "$process/cmdline" 2>/dev/null | cut -c1-100)"
        fi
    done | awk '$2 != "" { total += $1; if ($1 >= .05) print } END { print total, "CPU seconds together" }' | sort -rn
}

started=$(date +%s%N)
dotnet run --no-build --project RagAspire.AppHost -- --mode embedded --data "$data" \
    --api-port "$port" --worker-port $((port + 1)) --web-port $((port + 4)) \
    --prometheus-port $((port + 2)) --alertmanager-port $((port + 3)) > "$data/startup.log" 2>&1 &
apphost=$!
trap 'kill -TERM $apphost 2>/dev/null; wait $apphost 2>/dev/null || true; [[ $keep ]] || rm -rf "$data"' EXIT
until ready "$port" && ready $((port + 1)); do
    kill -0 $apphost 2>/dev/null || { cat "$data/startup.log"; exit 1; }
    sleep .05
done
ready_at=$(date +%s%N)
report
echo "$(((ready_at - started) / 1000000)) ms until ready"
