using Microsoft.Extensions.Logging;
using RagAspire.Database;
using RagAspire.Jobs;
using RagAspire.Vectors;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>Announces the in-process index of this process, and executes the commands for it.</summary>
public sealed partial class IndexReplicaService(
    ReplicaCommands commands,
    IndexReplica replica,
    DatabaseStartup database,
    TimeProvider time,
    ILogger<IndexReplicaService> logger)
    : PollingService(database, time)
{
    private readonly TimeProvider _time = time;
    private readonly IndexReplicaRow _self = new(
        Guid.CreateVersion7(), $"{AppDomain.CurrentDomain.FriendlyName} {Environment.MachineName}:{Environment.ProcessId}");

    private bool _isAnnounced;

    protected override TimeSpan Interval => ReplicaCommands.AnnounceInterval;

    /// <summary>Withdraws the announcement, so that no run waits for this process until the announcement expires.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            if (_isAnnounced)
            {
                await commands.WithdrawAsync(_self.Id, cancellationToken);
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException || Unavailability.IsUnavailable(ex))
        {
            Log.Skipped(logger, ex.Message);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        replica.Exists ? base.ExecuteAsync(stoppingToken) : Task.CompletedTask;

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        if (!replica.IsLoaded)
        {
            return;
        }

        await AnnounceAsync(cancellationToken);
        if (await commands.NextAsync(_self.Id, cancellationToken) is not { } command)
        {
            return;
        }

        ReplicaCommandResult result;

        // The run would count this process as gone if the announcement expired during the work.
        await using (new Lease(Interval, _time, RenewAnnouncementAsync))
        {
            result = await ExecuteAsync(command, cancellationToken);
        }

        await commands.CompleteAsync(command, result, cancellationToken);
        Log.Executed(logger, command.Action, result.Report?.Examined ?? 0, result.Report?.Changed ?? 0, result.Error ?? "");
    }

    protected override void Skipped(Exception exception) => Log.Skipped(logger, exception.Message);

    private async Task<ReplicaCommandResult> ExecuteAsync(ReplicaCommand command, CancellationToken cancellationToken)
    {
        try
        {
            return new ReplicaCommandResult(_self.Id, _self.Name, await replica.ExecuteAsync(command, cancellationToken), null);
        }
        catch (Exception ex) when (ex is VectorIndexUnavailableException or ArgumentException)
        {
            return new ReplicaCommandResult(_self.Id, _self.Name, null, ex.Message);
        }
    }

    private async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        var status = await replica.StatusAsync(cancellationToken);
        await commands.AnnounceAsync(_self, replica.Name, status.Points, cancellationToken);
        _isAnnounced = true;
    }

    private async Task<bool> RenewAnnouncementAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AnnounceAsync(cancellationToken);
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex))
        {
            Log.Skipped(logger, ex.Message);
        }

        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information,
            "Maintenance of the in-process index: {Action}, {Examined} examined, {Changed} changed {Error}")]
        public static partial void Executed(ILogger logger, ReplicaAction action, long examined, long changed, string error);

        [LoggerMessage(2, LogLevel.Debug, "Commands to the index of this process cannot be read: {Reason}")]
        public static partial void Skipped(ILogger logger, string reason);
    }
}
