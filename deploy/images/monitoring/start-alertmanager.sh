#!/bin/sh
# The address of the API and the key for it come by the environment, and Alertmanager takes them from files.
set -eu
umask 077
cp -r /etc/alertmanager/templates /tmp
sed "s|http://ragaspire-api|$API_URL|" /etc/alertmanager/alertmanager.yml > /tmp/alertmanager.yml
printf %s "$ALERTS_KEY" > /tmp/alerts-key
unset ALERTS_KEY
exec /bin/alertmanager --config.file=/tmp/alertmanager.yml --storage.path=/alertmanager --cluster.listen-address= "$@"
