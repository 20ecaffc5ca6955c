using RagAspire.Database;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Maintenance;

/// <summary>Maintenance of a real database with bloat, orphans and invalid indexes.</summary>
public sealed class DatabaseMaintenanceTests(Stores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bloated_tables_and_indexes_shrink_while_they_are_used()
    {
        await using var host = await HostAsync();
        await BloatAsync(host);
        var (table, index) = (await SizeAsync(host, "searches"), await SizeAsync(host, "searches_pkey"));
        const string content = "select md5(string_agg(id::text || collection, ',' order by id)) from searches";
        var kept = await host.ScalarAsync<string>(content);

        await using var probe = LockProbe.Start(
            host.ConnectionString,
            "select count(*) from searches",
            "insert into searches (id, collection, chunk_ids) values ('00000000-0000-0000-0000-000000000001', 'probe', '{}')",
            "delete from searches where id = '00000000-0000-0000-0000-000000000001'");
        var planned = await host.SucceedAsync("database-daily", dryRun: true);
        Assert.Contains(planned.Notes, note => note.StartsWith("searches", StringComparison.Ordinal));

        await host.SucceedAsync("database-daily");
        Assert.InRange(await SizeAsync(host, "searches"), 0, table / 3);
        var weekly = await host.SucceedAsync("database-weekly");
        await probe.AssertNoLockWaitsAsync();
        Assert.InRange(await SizeAsync(host, "searches_pkey"), 0, index / 3);
        Assert.Equal(index, weekly.Before["searches_pkey.bytes"], tolerance: index / 10.0);
        Assert.Equal(kept, await host.ScalarAsync<string>(content));
    }

    [Fact]
    public async Task The_old_audit_log_is_deleted_without_blocking_writers()
    {
        await using var host = await HostAsync();
        await host.ExecuteAsync("""
            insert into audit_logs (at, actor, action, subject)
            select now() - interval '31 days', 'old', 'document.upload', i::text from generate_series(1, 40000) i;
            insert into audit_logs (at, actor, action, subject)
                select now() - interval '29 days', 'new', 'document.upload', i::text from generate_series(1, 500) i
            """);
        await using var probe = LockProbe.Start(
            host.ConnectionString,
            "insert into audit_logs (actor, action, subject) values ('probe', 'probe', 'probe')",
            "delete from audit_logs where actor = 'probe' and subject = 'probe'");
        var report = await host.SucceedAsync("database-daily");
        await probe.AssertNoLockWaitsAsync();

        Assert.Equal(0, await host.ScalarAsync<long>("select count(*) from audit_logs where actor = 'old'"));
        Assert.Equal(500, await host.ScalarAsync<long>("select count(*) from audit_logs where actor = 'new'"));
        Assert.True(report.Changed >= 40_000, $"{report.Changed}");
    }

    [Fact]
    public async Task The_leftovers_of_an_interrupted_rebuild_are_dropped_and_an_invalid_index_is_rebuilt()
    {
        await using var host = await HostAsync();
        await host.ExecuteAsync("""
            create index feedback_search_ccnew on feedback (search_id);
            create index feedback_answer on feedback (answer_id);
            """);
        await Sql.ExecuteAsync(await stores.SuperuserAsync(host.Database.ConnectionString), """
            update pg_index set indisvalid = false
                where indexrelid in ('feedback_search_ccnew'::regclass, 'feedback_answer'::regclass)
            """);
        await host.SucceedAsync("database-weekly");
        Assert.Equal(0, await host.ScalarAsync<long>("select count(*) from pg_class where relname = 'feedback_search_ccnew'"));
        Assert.True(
            await host.ScalarAsync<bool>("select indisvalid from pg_index where indexrelid = 'feedback_answer'::regclass"));
    }

    [Fact]
    public async Task Orphaned_rows_of_old_versions_are_deleted_and_all_others_stay()
    {
        await using var host = await HostAsync();
        await host.ExecuteAsync("""
            insert into documents (
                id, collection, name, content_type, size_bytes, sha256, version, ready_version, status, updated_at)
            values ('0199f7b4-0000-7000-8000-000000000001', 'default', 'a', 'text/plain', 1, '\x01', 3, 2, 'processing',
                now() - interval '3 days');
            insert into document_contents (document_id, version, created_at)
            select id, v, now() - interval '3 days' from documents, generate_series(1, 3) v;
            insert into chunks (id, document_id, version, ordinal, text, token_count)
            select gen_random_uuid(), id, v, o, 'text', 1 from documents, generate_series(1, 3) v, generate_series(1, 10) o
            """);
        await host.SucceedAsync("database-daily");
        Assert.Equal([2, 3], await host.Database.Command("select distinct version from chunks order by 1")
            .ListAsync(row => row.GetInt32(0), Cancelled));
        Assert.Equal([2, 3], await host.Database.Command("select version from document_contents order by 1")
            .ListAsync(row => row.GetInt32(0), Cancelled));
    }

    [Fact]
    public async Task A_locked_table_is_left_for_the_next_run()
    {
        await using var host = await HostAsync(new() { ["Maintenance:Database:LockTimeout"] = "00:00:00.1" });
        await host.ExecuteAsync("""
            insert into searches (id, collection, chunk_ids) select gen_random_uuid(), 'c', '{}' from generate_series(1, 5000);
            """);
        await host.ExecuteAsync("delete from searches; select pg_stat_force_next_flush()");
        await using var connection = await host.Database.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await connection.Command("lock table searches in share update exclusive mode").ExecuteAsync(Cancelled);
        var report = await host.SucceedAsync("database-daily");
        Assert.Contains(report.Notes, note => note.Contains("searches: locked by another session", StringComparison.Ordinal));
    }

    private async Task<MaintenanceHost> HostAsync(Dictionary<string, string?>? settings = null) =>
        await MaintenanceHost.CreateAsync(
        await stores.CreateMigratedAsync(), stores.Redis,
        new Dictionary<string, string?>(settings ?? [])
        {
            ["Maintenance:Database:TableBytes"] = "1000000",
            ["Maintenance:Database:IndexBytes"] = "500000",
        });

    /// <summary>Four of five rows are deleted, and what stays is spread over all pages.</summary>
    private static async Task BloatAsync(MaintenanceHost host)
    {
        await host.ExecuteAsync("""
            insert into searches (id, collection, chunk_ids)
            select md5(i::text)::uuid, 'c' || i % 5, array[md5(i::text)::uuid, md5(i::text)::uuid]
                from generate_series(1, 40000) i;
            analyze searches
            """);
        await host.ExecuteAsync("delete from searches where collection <> 'c0'; select pg_stat_force_next_flush()");
    }

    private static async Task<long> SizeAsync(MaintenanceHost host, string relation) =>
        await host.ScalarAsync<long>($"select pg_relation_size('{relation}'::regclass)");
}
