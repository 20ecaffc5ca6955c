# The base of the worker's image with the tools that make and read backups. Build it once for each architecture, push it to a
# registry, and publish the worker on it: -p:ContainerBaseImage=REGISTRY/ragaspire/worker-base:18
ARG DOTNET=10.0-noble
FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET}
ARG POSTGRES=18
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates postgresql-common age \
 && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
 && apt-get install -y --no-install-recommends postgresql-client-${POSTGRES} \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir /data && chown 1654:1654 /data
