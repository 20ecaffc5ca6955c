using Microsoft.Extensions.Logging;
using RagAspire.Database;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Ingestion;

/// <summary>Embeds what waits, and while the model is away tries it again at intervals.</summary>
public sealed partial class BackgroundEmbedding(
    DocumentEmbedder documents,
    Embedder embedder,
    DatabaseStartup database,
    TimeProvider time,
    ILogger<BackgroundEmbedding> logger) : PollingService(database, time)
{
    /// <summary>One batch is stored while the next one is embedded.</summary>
    private const int BatchesAtOnce = 2;

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(1);
    private bool _isAway;

    protected override TimeSpan Interval => _isAway && embedder.BreakDuration > Usual ? embedder.BreakDuration : Usual;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        embedder.Model is null ? Task.CompletedTask : base.ExecuteAsync(stoppingToken);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, BatchesAtOnce).Select(_ => DrainAsync(cancellationToken)));
        _isAway = false;
    }

    protected override bool IsTemporary(Exception exception) =>
        exception is EmbeddingUnavailableException or VectorIndexUnavailableException || base.IsTemporary(exception);

    protected override void Skipped(Exception exception)
    {
        _isAway = true;
        Log.Waiting(logger, exception.Message);
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (await documents.EmbedAsync(cancellationToken))
        {
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Vectors of searched documents wait: {Reason}")]
        public static partial void Waiting(ILogger logger, string reason);
    }
}
