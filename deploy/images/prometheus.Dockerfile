# Prometheus with the rules, to which API and worker push.
FROM prom/prometheus:v3.5.0
COPY prometheus/rules /etc/prometheus/rules
COPY deploy/images/monitoring/prometheus.yml /etc/prometheus/prometheus.yml
COPY deploy/images/monitoring/targets /etc/prometheus/targets
COPY deploy/images/monitoring/start-prometheus.sh /start.sh
ENTRYPOINT ["/bin/sh", "/start.sh"]
