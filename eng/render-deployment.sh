#!/bin/sh
# Writes the files of deploy/ that follow from others of the repository: the rules as a PrometheusRule, and the configuration
# of Prometheus and Alertmanager for Compose and for images. A test fails when they are out of date. $1: another root for what is written.
set -eu
cd "$(dirname "$0")/.."
out=${1:-.}

rule="$out/deploy/kubernetes/prometheus-rule.yaml"
mkdir -p "$(dirname "$rule")"
{
  echo '# Written by eng/render-deployment.sh from prometheus/rules.'
  echo 'apiVersion: monitoring.coreos.com/v1'
  echo 'kind: PrometheusRule'
  echo 'metadata:'
  echo '  name: ragaspire'
  echo 'spec:'
  echo '  groups:'
  for file in prometheus/rules/*.yml; do
    # Below "groups:" everything moves two columns to the right; blocks of text move with their key.
    awk 'started { print ($0 == "" ? "" : "  " $0) } /^groups:/ { started = 1 }' "$file"
  done
} > "$rule"

# render FILE NAME=VALUE…: the alternatives behind the markers of the names, as the AppHost chooses them.
render() {
  file=$1
  shift
  awk -v given="$*" '
    BEGIN {
      count = split(given, pairs, " ")
      for (i = 1; i <= count; i++) { at = index(pairs[i], "="); value[substr(pairs[i], 1, at - 1)] = substr(pairs[i], at + 1) }
    }
    {
      if (match($0, /#\[[A-Z_]+\] ?/)) {
        name = substr($0, RSTART + 2, index(substr($0, RSTART), "]") - 3)
        if (name in value) {
          that = substr($0, RSTART + RLENGTH)
          for (key in value) { mark = "${" key "}"; while ((at = index(that, mark)) > 0) that = substr(that, 1, at - 1) value[key] substr(that, at + length(mark)) }
          match($0, /^ */)
          print substr($0, 1, RLENGTH) that
          next
        }
      }
      print
    }' "$file"
}

monitoring="$out/deploy/compose/monitoring"
mkdir -p "$monitoring/targets"
render prometheus/prometheus.yml METRICS_TOKEN_FILE=/run/secrets/metrics-token QDRANT_API_KEY_FILE=/run/secrets/qdrant-key \
  > "$monitoring/prometheus.yml"
render alertmanager/alertmanager.yml RAGASPIRE_API_URL=http://api-1:8000 RAGASPIRE_API_KEY_FILE=/run/secrets/alerts-key \
  > "$monitoring/alertmanager.yml"

# The images of what the AppHost publishes: services push, and secrets are written at the start.
images="$out/deploy/images/monitoring"
mkdir -p "$images"
render prometheus/prometheus.yml RAGASPIRE_OTLP=true QDRANT_API_KEY_FILE=/tmp/qdrant-key > "$images/prometheus.yml"
render alertmanager/alertmanager.yml RAGASPIRE_API_URL=http://ragaspire-api RAGASPIRE_API_KEY_FILE=/tmp/alerts-key \
  > "$images/alertmanager.yml"

# target JOB ADDRESS INSTANCE …: one entry for each pair.
target() {
  job=$1
  shift
  : > "$targets/$job.yml"
  while [ $# -gt 0 ]; do
    printf -- "- targets: ['%s']\n  labels: {instance: '%s'}\n" "$1" "$2" >> "$targets/$job.yml"
    shift 2
  done
}
targets="$monitoring/targets"
target ragaspire-api api-1:8000 api-1 api-2:8000 api-2 api-3:8000 api-3
target ragaspire-worker worker-1:8001 worker-1 worker-2:8001 worker-2
target ragaspire-web web:8002 web
target prometheus localhost:9090 prometheus
target alertmanager alertmanager:9093 alertmanager
target node 172.30.0.1:9100 node
target cadvisor cadvisor:8080 cadvisor
target postgres postgres-exporter:9187 postgres
target redis redis-exporter:9121 redis
target qdrant qdrant:6333 qdrant

targets="$images/targets"
mkdir -p "$targets"
target prometheus localhost:9090 prometheus
target alertmanager alertmanager:9093 alertmanager
target postgres postgres-exporter:9187 postgres
target redis redis-exporter:9121 redis
target qdrant qdrant:6333 qdrant
