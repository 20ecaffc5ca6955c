using Hangfire;
using Npgsql;
using RagAspire.Database;
using RagAspire.Ingestion;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Ingestion;

/// <summary>What an earlier version has left in the job queue at an upgrade.</summary>
public sealed class EarlierJobTests(SharedSystem shared, Stores stores)
{
    [Fact]
    public async Task A_job_for_a_document_ends_in_order_and_does_nothing()
    {
        var system = await shared.SystemAsync(stores);
        await using var core = await CoreServices.CreateAsync(stores, system.Database);

        var job = core.Get<IBackgroundJobClient>().Enqueue(
            () => IngestDocumentJob.RunAsync(Guid.NewGuid(), CancellationToken.None));

        var state = "";
        await Eventually.TrueAsync(
            async () => (state = await StateAsync(core, job)) == "Succeeded",
            TimeSpan.FromMinutes(1), () => $"The job is {state}.", TestContext.Current.CancellationToken);
    }

    private static async Task<string> StateAsync(CoreServices core, string job) => (await core.Get<NpgsqlDataSource>()
        .Command($"select statename from hangfire.job where id = {job}").ScalarAsync<string>(TestContext.Current.CancellationToken))!;
}
