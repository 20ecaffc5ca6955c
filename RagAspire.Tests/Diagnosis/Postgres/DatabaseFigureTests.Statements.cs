using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Postgres;

namespace RagAspire.Tests.Diagnosis.Postgres;

/// <summary>What <c>pg_stat_statements</c> shows.</summary>
public sealed partial class DatabaseFigureTests
{
    [Fact]
    public async Task A_statement_that_is_slow()
    {
        await Server.ExecuteAsSuperuserAsync("create extension if not exists pg_stat_statements");
        await using var rig = DoctorRig.Create(
            Server.Database, Server.DataDirectory, ("SlowStatement", "00:00:00.150"), ("StatementCalls", "3"));
        async Task CallAsync(string seconds)
        {
            for (var i = 0; i < 3; i++)
            {
                await Server.ExecuteAsync($"select count(*), pg_sleep({seconds}) from documents");
            }
        }

        async Task<Observation?> SlowAsync(TimeSpan later = default) => (await rig.ProbeAsync(later)).FirstOrDefault(
            found => found.Code == PostgresCodes.SlowStatements && found.Cause!.Contains("pg_sleep", StringComparison.Ordinal));

        await CallAsync("0.2");
        var all = await SlowAsync();
        Assert.EndsWith("on average over 3 calls.", all!.Symptom, StringComparison.Ordinal);
        Assert.InRange(await Server.ScalarAsync<double>(all.Evidence[0].Query), 200, 60_000);

        // Too little has happened since to say otherwise; three quick calls say it, and so do two hours without one.
        Assert.NotNull(await SlowAsync(TimeSpan.FromMinutes(1)));
        await CallAsync("0.0");
        Assert.Null(await SlowAsync(TimeSpan.FromMinutes(2)));
        Assert.Null(await SlowAsync(TimeSpan.FromHours(3)));
        await CallAsync("0.2");
        var recent = await SlowAsync(TimeSpan.FromHours(4));
        Assert.Contains("over 3 calls since", recent!.Symptom, StringComparison.Ordinal);
        Assert.StartsWith("9 and ", recent.Evidence[0].Value, StringComparison.Ordinal);
        Assert.Equal(9, await Server.ScalarAsync<decimal>(recent.Evidence[0].Query));
    }
}
