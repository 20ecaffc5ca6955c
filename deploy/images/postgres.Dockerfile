# PostgreSQL with the roles of the application. Of publishers only that of Compose can mount files, but all build images.
FROM postgres:18.3
COPY deploy/postgres/roles.sh /docker-entrypoint-initdb.d/
