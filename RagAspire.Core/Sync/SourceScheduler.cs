using Microsoft.Extensions.Options;
using RagAspire.Database;

namespace RagAspire.Sync;

/// <summary>Starts the sync of sources that are due, and samples the metrics of all. It does nothing without sources.</summary>
public sealed class SourceScheduler(
    SourceStore store,
    DueSources due,
    SyncMetrics metrics,
    IOptions<SyncOptions> options,
    DatabaseStartup database,
    TimeProvider time) : PollingService(database, time)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(5);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Sources.Count == 0)
        {
            return;
        }

        var states = await store.StatesAsync(cancellationToken);
        if (options.Value.Sources.Keys.Any(name => !states.ContainsKey(name)))
        {
            await store.KnowAsync(options.Value.Sources.Keys, cancellationToken);
            states = await store.StatesAsync(cancellationToken);
        }

        metrics.SourcesAre([.. options.Value.Sources.Where(source => states.ContainsKey(source.Key)).Select(source =>
        {
            var state = states[source.Key];
            return new SourceFreshness(
                source.Key, state.LastSuccessAt ?? state.FirstSeenAt, source.Value.AlertAfter, state.IsFailing);
        })]);
        await due.RequestAsync(states, cancellationToken);
    }
}
