# Alertmanager, which delivers alerts to the API.
FROM prom/alertmanager:v0.28.1@sha256:27c475db5fb156cab31d5c18a4251ac7ed567746a2483ff264516437a39b15ba
COPY alertmanager/templates /etc/alertmanager/templates
COPY deploy/images/monitoring/alertmanager.yml /etc/alertmanager/alertmanager.yml
COPY deploy/images/monitoring/start-alertmanager.sh /start.sh
ENTRYPOINT ["/bin/sh", "/start.sh"]
