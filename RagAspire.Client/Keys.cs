namespace RagAspire.Client;

/// <summary>The key of the calls: what it is called and what it may do.</summary>
/// <param name="Scopes">Such as read, write, operations:read; admin has all.</param>
/// <param name="Collections">The collections that it may use; null for all.</param>
public sealed record CurrentKey(string Id, string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string>? Collections)
{
    /// <summary>Whose documents it sees, beside those without groups; null for all documents.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>Whether it has a scope, or all.</summary>
    public bool May(string scope) => Scopes.Contains(scope) || Scopes.Contains("admin");
}

/// <summary>A key without its secret.</summary>
/// <param name="Collections">The collections that it may use; null for all.</param>
public sealed record ApiKey(
    string Id,
    string Name,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string>? Collections,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RevokedAt,
    Budget? Budget)
{
    /// <summary>Whose documents it sees, beside those without groups; null for all documents.</summary>
    public IReadOnlyList<string>? Groups { get; init; }
}

/// <summary>What a key may spend on models.</summary>
/// <param name="Amount">In the currency of the configured prices.</param>
/// <param name="Period">day or month, in UTC.</param>
public sealed record Budget(decimal Amount, string Period);

/// <summary>The rights of a new key.</summary>
/// <param name="Collections">Null for all.</param>
/// <param name="Groups">Whose documents it sees, beside those without groups; null for all documents.</param>
public sealed record ApiKeyRequest(
    string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string>? Collections = null, IReadOnlyList<string>? Groups = null);

/// <summary>A new key with its secret, which is returned only once.</summary>
public sealed record ApiKeyCreated(ApiKey Key, string Secret);
