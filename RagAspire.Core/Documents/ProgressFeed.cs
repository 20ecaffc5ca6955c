using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RagAspire.Extraction;
using StackExchange.Redis;

namespace RagAspire.Documents;

/// <summary>The progress of a document, as clients see it.</summary>
/// <param name="Version">The version that is processed.</param>
/// <param name="Warnings">What could not be read of it; null until it is ready.</param>
/// <param name="Coverage">How much of it has text; null until it is ready, and where it has no pages.</param>
public sealed record DocumentProgress(
    Guid DocumentId, int Version, DocumentStatus Status, DocumentStage? Stage, int Progress, string? Error, int ChunkCount,
    IReadOnlyList<ExtractionWarning>? Warnings, Coverage? Coverage)
{
    public static DocumentProgress Of(Document document) => new(
        document.Id, document.Version, document.Status, document.Stage, document.Progress, document.Error, document.ChunkCount,
        document.Status == DocumentStatus.Ready ? document.Warnings : null,
        document.Status == DocumentStatus.Ready ? document.Coverage : null)
    {
        Embedding = document.Embedding,
    };

    /// <summary>How far the vectors of the searched version are; null where none are computed.</summary>
    public EmbeddingState? Embedding { get; init; }

    /// <summary>Processing has ended: the document is found by its words.</summary>
    public bool IsFinal => Status is DocumentStatus.Ready or DocumentStatus.Failed;

    /// <summary>Processing has ended, and no vectors are outstanding.</summary>
    public bool IsEmbedded => IsFinal && Embedding is not { IsDone: false };
}

/// <summary>
/// Publishes progress by Redis pub/sub, with polling of the row as the fallback: a watcher gets changes at once while Redis is
/// available, and polls seldom then, for what Redis may have lost.
/// </summary>
public sealed partial class ProgressFeed(
    IConnectionMultiplexer redis, DocumentStore documents, TimeProvider time, ILogger<ProgressFeed> logger)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SubscribedPollInterval = TimeSpan.FromSeconds(15);

    /// <summary>Publishes to the watchers. Never throws and does not wait for Redis.</summary>
    public async Task PublishAsync(Document document)
    {
        if (!redis.IsConnected)
        {
            return;
        }

        try
        {
            var payload = JsonSerializer.Serialize(DocumentProgress.Of(document));
            await redis.GetSubscriber().PublishAsync(Channel(document.Id), payload, CommandFlags.FireAndForget);
        }
        catch (RedisException ex)
        {
            Log.NotPublished(logger, document.Id, ex.Message);
        }
    }

    /// <summary>The progress of a document, beginning with its present state, until it is ready, failed or deleted.</summary>
    /// <param name="untilEmbedded">Goes on until its vectors are there too.</param>
    public async IAsyncEnumerable<DocumentProgress> WatchAsync(
        Guid documentId, bool untilEmbedded, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var heard = System.Threading.Channels.Channel.CreateBounded<DocumentProgress>(
            new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });
        await using var subscription = await SubscribeAsync(documentId, heard.Writer);
        DocumentProgress? last = null;
        while (await documents.FindAsync(documentId, cancellationToken) is { } row)
        {
            var now = DocumentProgress.Of(row);
            if (IsNew(now, last))
            {
                yield return last = now;
            }

            if (IsLast(now, untilEmbedded))
            {
                yield break;
            }

            // A published progress is passed on as it is; the row is read for the final one, and after a silence.
            while (await HearAsync(heard.Reader, subscription, cancellationToken) is { } published
                && !IsLast(published, untilEmbedded))
            {
                if (IsNew(published, last))
                {
                    yield return last = published;
                }
            }
        }
    }

    /// <summary>Lists are compared by what they are, not by what they hold; the warnings come with the status.</summary>
    private static bool IsNew(DocumentProgress progress, DocumentProgress? last) =>
        last is null || progress with { Warnings = null } != last with { Warnings = null };

    private static bool IsLast(DocumentProgress progress, bool untilEmbedded) =>
        untilEmbedded ? progress.IsEmbedded : progress.IsFinal;

    /// <summary>The next published progress; null when it is time to read the row.</summary>
    private async Task<DocumentProgress?> HearAsync(
        ChannelReader<DocumentProgress> heard, Subscription subscription, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; waited < SubscribedPollInterval; waited += PollInterval)
        {
            if (heard.TryRead(out var published))
            {
                return published;
            }

            await WaitAsync(heard, cancellationToken);
            if (!subscription.IsActive || !redis.IsConnected)
            {
                break;
            }
        }

        return heard.TryRead(out var last) ? last : null;
    }

    private async Task WaitAsync(ChannelReader<DocumentProgress> heard, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pause = Task.Delay(PollInterval, time, patience.Token);
        await Task.WhenAny(pause, heard.WaitToReadAsync(patience.Token).AsTask());
        await patience.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<Subscription> SubscribeAsync(Guid documentId, ChannelWriter<DocumentProgress> heard)
    {
        if (!redis.IsConnected)
        {
            return new Subscription(null);
        }

        try
        {
            var queue = await redis.GetSubscriber().SubscribeAsync(Channel(documentId));
            queue.OnMessage(message =>
            {
                if (JsonSerializer.Deserialize<DocumentProgress>((string)message.Message!) is { } published)
                {
                    heard.TryWrite(published);
                }
            });
            return new Subscription(queue);
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException)
        {
            Log.NotSubscribed(logger, documentId, ex.Message);
            return new Subscription(null);
        }
    }

    private static RedisChannel Channel(Guid documentId) => RedisChannel.Literal($"ragaspire:progress:{documentId:N}");

    private sealed class Subscription(ChannelMessageQueue? queue) : IAsyncDisposable
    {
        public bool IsActive => queue is not null;

        public async ValueTask DisposeAsync()
        {
            if (queue is not null)
            {
                await queue.UnsubscribeAsync(CommandFlags.FireAndForget);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Progress of document {DocumentId} was not published: {Reason}")]
        public static partial void NotPublished(ILogger logger, Guid documentId, string reason);

        [LoggerMessage(2, LogLevel.Debug, "Progress of document {DocumentId} is watched by polling: {Reason}")]
        public static partial void NotSubscribed(ILogger logger, Guid documentId, string reason);
    }
}
