using System.Collections.Concurrent;

namespace RagAspire.Answers.Sessions;

/// <summary>The searches of each key that this process has seen and not yet reported.</summary>
public sealed class SearchSessions(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, SearchSpan> _spans = new(StringComparer.Ordinal);

    public void Searched(string keyId)
    {
        var now = time.GetUtcNow();
        _spans.AddOrUpdate(
            keyId, static (key, at) => new SearchSpan(key, at, at), static (_, span, at) => span with { Last = at }, now);
    }

    internal IReadOnlyList<SearchSpan> Seen() => [.. _spans.Values];

    /// <summary>Forgets what was reported; a key that has searched meanwhile stays.</summary>
    internal void Forget(IReadOnlyList<SearchSpan> reported)
    {
        foreach (var span in reported)
        {
            _spans.TryRemove(KeyValuePair.Create(span.KeyId, span));
        }
    }
}

/// <summary>Searches of one key, from the first to the last.</summary>
internal sealed record SearchSpan(string KeyId, DateTimeOffset Began, DateTimeOffset Last);
