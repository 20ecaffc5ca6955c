using RagAspire.Usage;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>
/// What embedding all missing chunks would take: tokens and their price, and the time, measured with one batch of these chunks
/// whose vectors are not stored.
/// </summary>
public sealed class ReEmbeddingEstimate(EmbeddingBacklog backlog, PriceList prices, TimeProvider time)
{
    /// <summary>Adds the estimate to the report of a dry run.</summary>
    /// <exception cref="EmbeddingUnavailableException">The model failed.</exception>
    public async Task AddAsync(
        ReportBuilder report, Embedder embedder, MissingVectors missing, CancellationToken cancellationToken)
    {
        var model = embedder.Model!;
        var work = FormattableString.Invariant($"{missing.Chunks:N0} chunks with {missing.Tokens:N0} tokens.");
        report.Note(prices.Find(model) is { } price ? $"{work} {Cost(price, missing)}" : work);
        var page = await backlog.NextAsync(model, Guid.Empty, embedder.BatchSize, cancellationToken);
        if (page.Count == 0)
        {
            return;
        }

        // The first call may load the model, which the run does once.
        await EmbedAsync(embedder, [.. page.Take(1)], cancellationToken);
        var took = await EmbedAsync(embedder, page, cancellationToken);
        var minutes = missing.Chunks * (took + Throttle.PauseAfter(took, ReEmbedding.Pause)).TotalMinutes / page.Count;
        report.Before("minutes.estimated", minutes);
        report.Note(FormattableString.Invariant(
            $"About {Math.Ceiling(minutes):N0} min with the pauses for searches, measured with {page.Count} chunks."));
    }

    private string Cost(ModelPrice price, MissingVectors missing) => FormattableString.Invariant(
        $"They cost {price.CostOf(new ModelTokens(missing.Tokens, 0, 0)):0.00##} {prices.Currency}.");

    private async Task<TimeSpan> EmbedAsync(
        Embedder embedder, IReadOnlyList<UnembeddedChunk> page, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        await embedder.EmbedDocumentsAsync(ReEmbedding.Texts(page), ReEmbedding.Usage, cancellationToken);
        return time.GetElapsedTime(startedAt);
    }
}
