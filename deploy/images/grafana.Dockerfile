# Grafana with the dashboards.
FROM grafana/grafana:12.0.2
COPY grafana/provisioning /etc/grafana/provisioning
COPY grafana/dashboards /var/lib/grafana/dashboards
