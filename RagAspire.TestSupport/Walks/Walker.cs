namespace RagAspire.TestSupport.Walks;

/// <summary>A key or a signed-in user with one group, and what it has been given.</summary>
/// <param name="kind">What it is, for people.</param>
/// <param name="canWrite">Whether it writes; all read.</param>
internal sealed class Walker(string group, string kind, bool canWrite, HttpClient client) : IDisposable
{
    public string Group => group;

    public bool CanWrite => canWrite;

    public HttpClient Client => client;

    /// <summary>A session that it has begun; null after a change of groups, because a session keeps what it was told.</summary>
    public string? Session { get; set; }

    /// <summary>An answer that it was given.</summary>
    public string? Answer { get; set; }

    /// <summary>A batch that it has sent.</summary>
    public string? Batch { get; set; }

    public override string ToString() => $"{group} {kind}";

    public void Dispose() => client.Dispose();
}
