using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RagAspire.Backups.Drill;
using RagAspire.Database;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

/// <summary>Upgrades from every schema that there was, and the check that rehearses one.</summary>
public sealed partial class UpgradeTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Every schema but the present one.</summary>
    public static TheoryData<string> Schemas => [.. Migrator.Scripts().Select(script => script.Name).SkipLast(1)];

    [Theory]
    [MemberData(nameof(Schemas))]
    public async Task Nothing_is_lost_on_the_way_from_an_earlier_schema(string schema)
    {
        await using var database = NpgsqlDataSource.Create(await stores.CreateDatabaseAsync());
        await MigrationRig.ApplyAsync(database, schema);
        var inSlices = string.CompareOrdinal(schema, "0012") > 0;
        await database.Command($"""
            insert into documents (id, collection, name, content_type, size_bytes, sha256, ready_version, status, chunk_count)
            select gen_random_uuid(), 'c' || n % 3, n || '.txt', 'text/plain', n * 20000, sha256(convert_to(repeat('fox ' || n, n * 5000), 'UTF8')), 1, 'ready', 1
            from generate_series(1, 40) n;
            insert into document_contents (document_id, version{(inSlices ? "" : ", content")})
            select id, 1{(inSlices ? "" : ", convert_to(repeat('fox ' || split_part(name, '.', 1), split_part(name, '.', 1)::int * 5000), 'UTF8')")} from documents;
            {(inSlices ? "insert into document_slices select id, 1, 0, convert_to(repeat('fox ' || split_part(name, '.', 1), split_part(name, '.', 1)::int * 5000), 'UTF8') from documents;" : "")}
            insert into chunks (id, document_id, version, ordinal, text, token_count) select gen_random_uuid(), id, 1, 0, 'the fox ' || name, 3 from documents;
            insert into embeddings (chunk_id, model, term_hashes, term_counts) select id, 'm', array[1, 2], array[1, 1]::real[] from chunks;
            """).ExecuteAsync(Token);

        await new Migrator(database, NullLogger<Migrator>.Instance).MigrateAsync(Token);

        Assert.Equal((40, 0), await DocumentChecksums.CompareAsync(database, Token));
        Assert.Equal(40, await database.Command("select count(*) from searchable_chunks c join embeddings e on e.chunk_id = c.id")
            .ScalarAsync<long>(Token));
    }

    /// <summary>
    /// While replicas are replaced one by one, the old version works on the new schema. A script that takes something away says
    /// since which version nothing uses it.
    /// </summary>
    [Fact]
    public void A_migration_takes_nothing_away_that_the_version_before_needs() => Assert.All(
        Migrator.Scripts().Where(script => string.CompareOrdinal(script.Name, "0015") >= 0),
        script => Assert.True(
            !TakesAway().IsMatch(script.Sql) || script.Sql.Contains("-- Unused since ", StringComparison.Ordinal),
            $"{script.Name} takes something away without '-- Unused since VERSION'."));

    [Theory]
    [InlineData("alter table documents drop column stage", true)]
    [InlineData("alter table documents rename column stage to step", true)]
    [InlineData("alter table documents alter column stage set not null", true)]
    [InlineData("alter table documents add column step text; create table steps (id int)", false)]
    public void What_takes_something_away_is_recognised(string sql, bool takesAway) =>
        Assert.Equal(takesAway, TakesAway().IsMatch(sql));

    [Fact]
    public async Task A_backup_of_an_earlier_version_is_checked_beside_and_leaves_nothing_behind()
    {
        await using var rig = await RigAsync();
        await rig.Get<NpgsqlDataSource>().Command("""
            drop table memory_samples;
            delete from schema_migrations where name = '0010_memory_samples.sql';
            insert into golden_sets (collection, questions, updated_by)
            values ('default', '[{"question": "word7 passage", "expected": [{"documentName": "7.txt"}]}]', 'test');
            insert into retrieval_evaluations (id, collection, questions, recall_at_10, mrr, ndcg_at_10, degraded)
            values (gen_random_uuid(), 'default', 1, 1, 1, 1, 'by text');
            update answers set chunk_ids = array(select id from chunks where text like '%word3 %')
            """).ExecuteAsync(Token);
        await MigrationRig.UndoAsync(rig.Get<NpgsqlDataSource>());
        var backup = await rig.BackUpAsync();

        var verdict = await CheckAsync(rig, backup.Id);

        Assert.True(verdict.IsGood, $"{string.Join('\n', verdict.Steps)}");
        Assert.Equal(
            ["restore", "migrate", "rows", "documents", "index", "searches", "questions", "golden sets"], verdict.Steps.Select(step => step.Name));
        Assert.Contains($"0010_memory_samples.sql, {MigrationRig.Undone}", verdict.Steps[1].Result);
        Assert.Contains("30 documents", verdict.Steps[3].Result);
        Assert.Contains("1 of 1 past questions", verdict.Steps[6].Result);
        Assert.Equal("default: recall 1.00 by text, 1.00 before", verdict.Steps[7].Result);
        Assert.All(verdict.Steps, step => Assert.True(step.Took > TimeSpan.Zero));
        Assert.Equal(0, await rig.Get<NpgsqlDataSource>().Command("""
            select count(*) from pg_database, installation
            where starts_with(datname, 'ragaspire_drill_' || left(replace(installation.id::text, '-', ''), 12))
            """).ScalarAsync<long>(Token));
    }

    [Theory]
    [InlineData("update document_slices set bytes = 'other' where document_id = (select id from documents where name = '3.txt')", "documents")]
    [InlineData("update embeddings set term_hashes = array[1], term_counts = array[1]::real[]", "searches")]
    public async Task What_is_not_there_or_not_found_afterwards_makes_the_verdict_bad(string damage, string step)
    {
        await using var rig = await RigAsync();
        await rig.Get<NpgsqlDataSource>().Command(damage).ExecuteAsync(Token);
        var backup = await rig.BackUpAsync();

        var verdict = await CheckAsync(rig, backup.Id);

        Assert.Equal(step, Assert.Single(verdict.Steps, each => !each.IsGood).Name);
    }

    [Fact]
    public async Task The_command_gives_the_verdict_as_its_exit_code()
    {
        await using var rig = await RigAsync();
        var backup = await rig.BackUpAsync();
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__ragdb"] = rig.Database,
            ["Backups__Directory"] = rig.Directory,
            ["RAGASPIRE_DATA"] = rig.DataDirectory,
        };

        var said = await WorkerCommand.RunAsync(0, environment, "upgrade-check");

        Assert.Contains($"{backup.Id} of version", said);
        Assert.Contains("This version can take over the data.", said);
    }

    private static Task<UpgradeVerdict> CheckAsync(BackupRig rig, string backup) =>
        rig.Get<UpgradeCheck>().RunAsync(backup, acceptUnsigned: false, "test", (_, _) => { }, Token);

    private async Task<BackupRig> RigAsync()
    {
        var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(30);
        return rig;
    }

    [GeneratedRegex(@"\b(drop (column|table|view|type)|rename|set not null|alter column \w+ type)\b", RegexOptions.IgnoreCase)]
    private static partial Regex TakesAway();
}
