using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RagAspire.Database;
using RagAspire.Vectors;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Sync;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>Looks after the index of this process, where it has one of its own, when maintenance wants it.</summary>
public sealed partial class IndexReplica(
    ReplicaCommands orders, Reconciler reconciler, IVectorIndex index, IndexReplicaState state, ILogger<IndexReplica> logger) : BackgroundService
{
    private readonly IndexReplicaRow _self = new(
        Guid.CreateVersion7(), $"{AppDomain.CurrentDomain.FriendlyName} {Environment.MachineName}:{Environment.ProcessId}");

    /// <summary>Nobody has to wait until it is noticed that this process is gone.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            if (state.Database.IsMigrated)
            {
                await orders.LeaveAsync(_self.Id, cancellationToken);
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException || Unavailability.IsUnavailable(ex))
        {
            Log.Postponed(logger, ex.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (index is not InProcessVectorIndex own)
        {
            return;
        }

        await state.Database.MigratedAsync(stoppingToken);
        using var timer = new PeriodicTimer(ReplicaCommands.Beat, state.Time);
        do
        {
            try
            {
                await LookAsync(own, stoppingToken);
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex))
            {
                Log.Postponed(logger, ex.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(InProcessVectorIndex own, CancellationToken cancellationToken)
    {
        if (!state.Generation.IsLoaded)
        {
            return;
        }

        await orders.AnnounceAsync(_self, own.Name, (await own.StatusAsync(cancellationToken)).Points, cancellationToken);
        if (await orders.OpenAsync(_self.Id, cancellationToken) is { } order)
        {
            // Who waits for the answer wants to know that we are still there.
            using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var announcing = AnnounceUntilAsync(own, done.Token);
            ReplicaCommandResult result;
            try
            {
                result = new ReplicaCommandResult(_self.Id, _self.Name, await ObeyAsync(own, order, cancellationToken), null);
            }
            catch (Exception ex) when (ex is VectorIndexUnavailableException or ArgumentException)
            {
                result = new ReplicaCommandResult(_self.Id, _self.Name, null, ex.Message);
            }

            await done.CancelAsync();
            await announcing;
            await orders.AnswerAsync(order, result, cancellationToken);
            Log.Obeyed(logger, order.Action, result.Report?.Examined ?? 0, result.Report?.Changed ?? 0, result.Error ?? "");
        }
    }

    private async Task<TaskReport> ObeyAsync(InProcessVectorIndex own, ReplicaCommand order, CancellationToken cancellationToken)
    {
        if (order.Action != "compact")
        {
            return await reconciler.RunAsync(order.DryRun, order.Action == "rebuild", (_, _, _) => { }, cancellationToken);
        }

        var before = await own.StatusAsync(cancellationToken);
        if (!order.DryRun)
        {
            await own.CompactAsync(cancellationToken);
        }

        var after = await own.StatusAsync(cancellationToken);
        return new TaskReport(before.Points, after.Bytes < before.Bytes ? 1 : 0, 0)
        {
            Before = new Dictionary<string, double> { ["index.bytes"] = before.Bytes ?? 0 },
            After = new Dictionary<string, double> { ["index.bytes"] = after.Bytes ?? 0 },
        };
    }

    private async Task AnnounceUntilAsync(InProcessVectorIndex own, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await Task.Delay(ReplicaCommands.Beat, state.Time, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await orders.AnnounceAsync(_self, own.Name, (await own.StatusAsync(done)).Points, done);
            }
            catch (Exception ex) when (ex is OperationCanceledException || Unavailability.IsUnavailable(ex))
            {
                // Done, or the next one will tell.
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The index of this process: {Action}, {Examined} examined, {Changed} changed {Error}")]
        public static partial void Obeyed(ILogger logger, string action, long examined, long changed, string error);

        [LoggerMessage(2, LogLevel.Debug, "Orders to the index cannot be looked for now: {Reason}")]
        public static partial void Postponed(ILogger logger, string reason);
    }
}

/// <summary>What has to be there before an index can be looked after.</summary>
public sealed class IndexReplicaState(DatabaseStartup database, IndexGeneration generation, TimeProvider time)
{
    public DatabaseStartup Database => database;

    public IndexGeneration Generation => generation;

    public TimeProvider Time => time;
}
