namespace RagAspire.Embedded.Postgres;

/// <summary>
/// Gives away what the current role owns in a database. REASSIGN OWNED refuses that for the role that initdb made, because the
/// system's own objects belong to it too.
/// </summary>
internal static class PostgresOwnership
{
    /// <summary>A statement for schemas, tables, views, sequences, functions, types and objects of the text search.</summary>
    public static string HandOver(string owner) => $"""
        do $do$
        declare
            object text;
            me oid := (select oid from pg_roles where rolname = current_user);
        begin
            for object in
                with own as (
                    select oid, quote_ident(nspname) as name, nspowner from pg_namespace
                    where nspname <> 'information_schema' and not starts_with(nspname, 'pg_'))
                select format('schema %s', name) from own where nspowner = me
                union all
                select format('%s %s.%I',
                    case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
                        when 'f' then 'foreign table' else 'table' end, n.name, c.relname)
                from pg_class c join own n on n.oid = c.relnamespace
                where c.relowner = me and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and not exists (
                    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                        and (d.deptype = 'e' or c.relkind = 'S' and d.deptype in ('a', 'i')))
                union all
                select format('%s %s', case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
                    p.oid::regprocedure)
                from pg_proc p join own n on n.oid = p.pronamespace
                where p.proowner = me and not exists (
                    select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
                union all
                select format('type %s.%I', n.name, t.typname)
                from pg_type t join own n on n.oid = t.typnamespace left join pg_class c on c.oid = t.typrelid
                where t.typowner = me and (t.typtype in ('e', 'd', 'r') or c.relkind = 'c') and not exists (
                    select from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')
                union all
                select format('text search configuration %s.%I', n.name, t.cfgname)
                from pg_ts_config t join own n on n.oid = t.cfgnamespace where t.cfgowner = me
                union all
                select format('text search dictionary %s.%I', n.name, t.dictname)
                from pg_ts_dict t join own n on n.oid = t.dictnamespace where t.dictowner = me
            loop
                execute format('alter %s owner to {owner}', object);
            end loop;
        end
        $do$;
        """;
}
