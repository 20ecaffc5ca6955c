using System.Data.Common;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OllamaSharp;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Terms;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>
/// Makes the vectors of a model beside those that serve. With the connection string <c>embeddings-next</c> it is a model to
/// switch to: when it is done, API and worker are started anew with it as <c>embeddings</c>. Without it, it is the present
/// model: what is missing of it is made, and the vectors of models before it go.
/// </summary>
public sealed class ReEmbedding(
    EmbeddingBacklog backlog, IndexOperations upkeep, Bm25Encoder terms, ReEmbeddingModels models) : IMaintenanceTask
{
    /// <summary>The connection string of the model to switch to: <c>Endpoint=http://host:11434;Model=name</c>.</summary>
    public const string NextModel = "embeddings-next";

    private const int Batch = 8;

    public string Name => "re-embedding";

    public string Summary => "Embeds every chunk with a new model in the background while the old one serves; afterwards drops what the old one left.";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        var (embedder, isNext, handler) = models.Choose();
        using var connection = handler;
        if (embedder.Model is not { } model)
        {
            return new TaskReport(0, 0, 0) { Skipped = $"There is no embedding model: set the connection string '{NextModel}', or 'embeddings'." };
        }

        var tally = new ReportBuilder { Examined = await backlog.CountAsync(model, cancellationToken) };
        tally.Before("chunks.missing", tally.Examined);
        if (!context.DryRun)
        {
            await EmbedAsync(context, embedder, model, tally, cancellationToken);
        }

        tally.After("chunks.missing", await backlog.CountAsync(model, cancellationToken));
        if (isNext)
        {
            tally.Note($"{model} is ready beside the model that serves: start API and worker with it as 'embeddings' to switch, and run this again then.");
            return tally.Report();
        }

        if (!context.DryRun)
        {
            var dropped = await backlog.DropOthersAsync(model, cancellationToken);
            tally.Note($"{dropped} rows of vectors of other models dropped.");
            var report = await upkeep.ReconcileAsync(context, everything: false, cancellationToken);
            tally.Failed += report.Failed;
            report.Notes.ToList().ForEach(tally.Note);
        }

        return tally.Report();
    }

    private async Task EmbedAsync(TaskContext context, Embedder embedder, string model, ReportBuilder tally, CancellationToken cancellationToken)
    {
        try
        {
            var last = Guid.Empty;
            while (true)
            {
                var page = await backlog.NextAsync(model, last, Batch, cancellationToken);
                if (page.Count > 0)
                {
                    await EmbedAsync(page, embedder, model, cancellationToken);
                    tally.Changed += page.Count;
                    context.Report(tally.Changed, Math.Max(1, tally.Examined), model);
                    last = page[^1].Id;
                }
                else if (last != Guid.Empty)
                {
                    // What was uploaded meanwhile may stand before the last page.
                    last = Guid.Empty;
                }
                else
                {
                    return;
                }
            }
        }
        catch (EmbeddingUnavailableException ex)
        {
            throw new MaintenanceException($"{model}: {ex.Message}. {tally.Changed} chunks are done, and the next run goes on from there.", ex);
        }
    }

    private async Task EmbedAsync(
        IReadOnlyList<UnembeddedChunk> page, Embedder embedder, string model, CancellationToken cancellationToken)
    {
        var startedAt = models.Time.GetTimestamp();
        var texts = page.Select(row => ChunkText.Of(row.Section, row.Text)).ToList();
        var vectors = await embedder.EmbedDocumentsAsync(texts, cancellationToken);
        await backlog.SaveAsync([.. page.Select((row, i) => new ChunkEmbedding(row.Id, model, vectors[i], terms.Encode(texts[i])))], cancellationToken);

        // People's own questions are embedded by the same server and answered by the same database.
        await Throttle.RestAsync(startedAt, 3, models.Time, cancellationToken);
    }
}

/// <summary>Which model re-embedding is about.</summary>
public sealed class ReEmbeddingModels(
    Embedder present, IConfiguration configuration, IOptions<EmbeddingOptions> options, TimeProvider time, ILogger<Embedder> logger)
{
    public TimeProvider Time => time;

    internal (Embedder Embedder, bool IsNext, IDisposable? Connection) Choose()
    {
        // Shells do not take a hyphen in the name of a variable.
        var parts = new DbConnectionStringBuilder
        {
            ConnectionString = configuration.GetConnectionString(ReEmbedding.NextModel)
                ?? configuration.GetConnectionString(ReEmbedding.NextModel.Replace('-', '_')),
        };
        if (!parts.TryGetValue("Endpoint", out var endpoint) || !parts.TryGetValue("Model", out var model))
        {
            return (present, false, null);
        }

        if (!Uri.TryCreate(endpoint.ToString(), UriKind.Absolute, out var address))
        {
            throw new MaintenanceException($"The connection string '{ReEmbedding.NextModel}' has no valid Endpoint.");
        }

        var client = new OllamaApiClient(address, model.ToString()!);
        return (new Embedder(options, time, logger, (IEmbeddingGenerator<string, Embedding<float>>)client), true, client);
    }
}
