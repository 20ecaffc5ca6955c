using RagAspire.Vectors;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Sync;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>The in-process index of this process, if it has one, and the maintenance of it.</summary>
public sealed class IndexReplica(IVectorIndex index, Reconciler reconciler, IndexGeneration generation)
{
    private readonly InProcessVectorIndex? _index = index as InProcessVectorIndex;

    /// <summary>False where the index is shared by all processes.</summary>
    public bool Exists => _index is not null;

    /// <summary>The index has been filled from PostgreSQL.</summary>
    public bool IsLoaded => Exists && generation.IsLoaded;

    public string Name => index.Name;

    public Task<IndexStatus> StatusAsync(CancellationToken cancellationToken) => index.StatusAsync(cancellationToken);

    /// <exception cref="VectorIndexUnavailableException">The index cannot be reached.</exception>
    public async Task<TaskReport> ExecuteAsync(ReplicaCommand command, CancellationToken cancellationToken)
    {
        if (command.Action != ReplicaAction.Compact)
        {
            return await reconciler.RunAsync(
                command.DryRun, everything: command.Action == ReplicaAction.Rebuild, (_, _, _) => { }, cancellationToken);
        }

        var before = await StatusAsync(cancellationToken);
        if (!command.DryRun)
        {
            await _index!.CompactAsync(cancellationToken);
        }

        var after = await StatusAsync(cancellationToken);
        return new TaskReport(before.Points, after.Bytes < before.Bytes ? 1 : 0, 0)
        {
            Before = new Dictionary<string, double> { ["index.bytes"] = before.Bytes ?? 0 },
            After = new Dictionary<string, double> { ["index.bytes"] = after.Bytes ?? 0 },
        };
    }
}
