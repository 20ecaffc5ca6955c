-- Tokens and cost of the calls of models, added up by the hour (UTC).
create table model_usage (
    key_id           text not null,
    hour             timestamptz not null,
    collection       text not null,
    model            text not null,
    kind             text not null,
    currency         text not null,
    calls            bigint not null,
    input_tokens     bigint not null,
    output_tokens    bigint not null,
    estimated_tokens bigint not null,
    cost             numeric not null,
    primary key (key_id, hour, collection, model, kind, currency)
);
comment on column model_usage.key_id is 'The API key that the call was made for; system for work of nobody''s';
comment on column model_usage.estimated_tokens is 'Those of input_tokens and output_tokens that the server did not report';
comment on column model_usage.cost is 'At the prices of that hour';
create index model_usage_hour on model_usage (hour);

-- A batch is written once, also when its writer did not learn of the commit and sends it again.
create table model_usage_batches (
    id         uuid primary key,
    written_at timestamptz not null default now()
);

alter table api_keys
    add column budget_amount numeric check (budget_amount > 0),
    add column budget_period text check (budget_period in ('day', 'month')),
    add check (num_nonnulls(budget_amount, budget_period) in (0, 2));

alter table documents add column uploaded_by text;
comment on column documents.uploaded_by is 'The API key of the newest version, which pays for its embeddings; null for old documents';
