# Prometheus with the rules, to which API and worker push.
FROM prom/prometheus:v3.5.0@sha256:63805ebb8d2b3920190daf1cb14a60871b16fd38bed42b857a3182bc621f4996
COPY prometheus/rules /etc/prometheus/rules
COPY deploy/images/monitoring/prometheus.yml /etc/prometheus/prometheus.yml
COPY deploy/images/monitoring/targets /etc/prometheus/targets
COPY deploy/images/monitoring/start-prometheus.sh /start.sh
ENTRYPOINT ["/bin/sh", "/start.sh"]
