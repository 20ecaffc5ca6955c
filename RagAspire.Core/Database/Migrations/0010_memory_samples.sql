-- The memory of each process of the system over time, so that it can be judged without Prometheus.
create table memory_samples (
    service       text not null,
    instance      text not null,
    at            timestamptz not null default now(),
    started_at    timestamptz,
    working_set   bigint not null,
    managed       bigint,
    large_objects bigint,
    native        bigint,
    handles       integer,
    threads       integer,
    memory_limit  bigint,
    requests      double precision,
    chunks        bigint,
    primary key (service, instance, at)
);
comment on column memory_samples.managed is 'The managed heap after the last full collection';
comment on column memory_samples.requests is 'Requests per second since the sample before';
comment on column memory_samples.chunks is 'Chunks in the index of the process';
create index memory_samples_at on memory_samples (at);
