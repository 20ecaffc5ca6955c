-- The scope `operations` was one right for what are four now. A key with all scopes over all collections was an administrator's.
update api_keys set scopes = case
    when scopes @> '{read,write,operations}' and collections is null then '{admin}'::text[]
    else array_remove(scopes, 'operations') || '{operations:read,operations:run,alerts:write,keys}'::text[]
end
where 'operations' = any(scopes);

-- A session is continued by the key that began it.
alter table answers add column key_id text;
