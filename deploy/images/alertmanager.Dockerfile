# Alertmanager, which delivers alerts to the API.
FROM prom/alertmanager:v0.28.1
COPY alertmanager/templates /etc/alertmanager/templates
COPY deploy/images/monitoring/alertmanager.yml /etc/alertmanager/alertmanager.yml
COPY deploy/images/monitoring/start-alertmanager.sh /start.sh
ENTRYPOINT ["/bin/sh", "/start.sh"]
