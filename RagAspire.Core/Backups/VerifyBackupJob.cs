using Hangfire;
using RagAspire.Maintenance.Runs;

namespace RagAspire.Backups;

/// <summary>Checks one backup because somebody asked for it; the row tells what came of it. Safe to run twice.</summary>
[Queue(MaintenanceJob.Queue)]
public sealed class VerifyBackupJob(BackupVerifier verifier)
{
    public Task RunAsync(string id, string actor, CancellationToken cancellationToken) => verifier.VerifyAsync(id, actor, cancellationToken);
}
