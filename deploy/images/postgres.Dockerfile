# PostgreSQL with the roles of the application. Of publishers only that of Compose can mount files, but all build images.
FROM postgres:18.3@sha256:7e32e9833a6fb1c92c32552794cb6ed569d51b445a54907d35fc112ef39684db
COPY deploy/postgres/roles.sh /docker-entrypoint-initdb.d/
