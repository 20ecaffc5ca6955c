using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RagAspire.Usage;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>
/// Embeds all chunks with a second model while the current one serves. The connection string <c>embeddings-next</c> names the
/// model to switch to: afterwards API and worker are restarted with it as <c>embeddings</c>. Without that string the task
/// completes the vectors of the current model and deletes those of former models.
/// </summary>
public sealed class ReEmbedding(
    EmbeddingBacklog backlog, IndexOperations index, ReEmbeddingModels models, ReEmbeddingEstimate estimate, TimeProvider time)
    : IMaintenanceTask
{
    /// <summary>After each batch, as a multiple of the time it took.</summary>
    internal const double Pause = 3;

    /// <summary>A batch may hold chunks of several collections.</summary>
    internal static readonly UsageContext Usage = new(UsageContext.SystemKey, "", UsageKind.Maintenance);

    public string Name => "re-embedding";

    public string Summary =>
        "Embeds every chunk with a new model while the old one serves; after the switch deletes the vectors of the old one.";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        var (embedder, isNext, connection) = models.Choose();
        using var _ = connection;
        if (embedder.Model is not { } model)
        {
            return new TaskReport(0, 0, 0)
            {
                Skipped = $"There is no embedding model: set the connection string '{NextModel.Name}', or 'embeddings'.",
            };
        }

        var missing = await backlog.CountAsync(model, cancellationToken);
        var report = new ReportBuilder { Examined = missing.Chunks };
        report.Before("chunks.missing", missing.Chunks);
        report.Before("tokens.missing", missing.Tokens);
        await EmbedAsync(context, embedder, missing, report, cancellationToken);
        missing = await backlog.CountAsync(model, cancellationToken);
        report.After("chunks.missing", missing.Chunks);
        report.After("tokens.missing", missing.Tokens);
        if (context.DryRun)
        {
            return report.Build();
        }

        if (isNext)
        {
            report.Note(
                $"{model} is ready: restart API and worker with it as 'embeddings' to switch, then run this task again.");
            return report.Build();
        }

        var deleted = await backlog.DeleteOthersAsync(model, cancellationToken);
        report.Note($"{deleted} rows with vectors of other models deleted.");
        var reconciled = await index.ReconcileAsync(context, everything: false, cancellationToken);
        report.Failed += reconciled.Failed;
        reconciled.Notes.ToList().ForEach(report.Note);

        // After the indexes have the vectors: results that were cached without them are not served any more.
        await backlog.CountAsDoneAsync(model, cancellationToken);
        return report.Build();
    }

    internal static List<string> Texts(IReadOnlyList<UnembeddedChunk> page) =>
        [.. page.Select(row => ChunkText.Of(row.Section, row.Text))];

    /// <summary>Embeds the missing chunks, or estimates it in a dry run.</summary>
    private async Task EmbedAsync(
        TaskContext context, Embedder embedder, MissingVectors missing, ReportBuilder report, CancellationToken cancellationToken)
    {
        try
        {
            if (context.DryRun)
            {
                await estimate.AddAsync(report, embedder, missing, cancellationToken);
                report.Changed = missing.Chunks;
                return;
            }

            await EmbedAsync(context, embedder, embedder.Model!, report, cancellationToken);
        }
        catch (EmbeddingUnavailableException ex)
        {
            throw new MaintenanceException(
                $"{embedder.Model}: {ex.Message}. {report.Changed} chunks are done, and the next run continues from there.", ex);
        }
    }

    private async Task EmbedAsync(
        TaskContext context, Embedder embedder, string model, ReportBuilder report, CancellationToken cancellationToken)
    {
        var last = Guid.Empty;
        while (true)
        {
            var page = await backlog.NextAsync(model, last, embedder.BatchSize, cancellationToken);
            if (page.Count > 0)
            {
                await EmbedAsync(page, embedder, model, cancellationToken);
                report.Changed += page.Count;
                context.Report(report.Changed, Math.Max(1, report.Examined), model);
                last = page[^1].Id;
            }
            else if (last != Guid.Empty)
            {
                // Chunks that were added meanwhile may sort before the last page.
                last = Guid.Empty;
            }
            else
            {
                return;
            }
        }
    }

    private async Task EmbedAsync(
        IReadOnlyList<UnembeddedChunk> page, Embedder embedder, string model, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var vectors = await embedder.EmbedDocumentsAsync(Texts(page), Usage, cancellationToken);
        await backlog.SaveAsync(model, page, vectors, cancellationToken);

        // Searches use the same model server and the same database.
        await Throttle.PauseAsync(startedAt, Pause, time, cancellationToken);
    }
}

/// <summary>Chooses the model to embed with.</summary>
public sealed class ReEmbeddingModels(
    Embedder current,
    NextModel next,
    IOptions<EmbeddingOptions> options,
    ModelMeter meter,
    TimeProvider time,
    ILogger<Embedder> logger)
{
    /// <returns>An embedder, whether it is the model to switch to, and its connection, which the caller disposes.</returns>
    /// <exception cref="MaintenanceException">The connection string is invalid.</exception>
    internal (Embedder Embedder, bool IsNext, IDisposable? Connection) Choose() => next.Connect() is { } model
        ? (new Embedder(options, time, logger, meter, model.Generator), true, model.Connection)
        : (current, false, null);
}
