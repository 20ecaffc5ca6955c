# The base of the worker's image with the tools that make and read backups. Build it once for each architecture, push it to a
# registry, and publish the worker on it: -p:ContainerBaseImage=REGISTRY/ragaspire/worker-base:18
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble@sha256:222759b391a1aaf241166672c8f99b2d4ada452e7b5319f3c6e8f265a37b5ad4
ARG POSTGRES=18
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates postgresql-common age \
 && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
 && apt-get install -y --no-install-recommends postgresql-client-${POSTGRES} \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir /data && chown 1654:1654 /data
