using System.Buffers.Text;
using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Security;

/// <summary>A key without its secret, of which only a hash is stored.</summary>
public sealed record ApiKey(
    string Id,
    string Name,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string>? Collections,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RevokedAt);

/// <summary>Authentication; section <c>Security</c>.</summary>
public sealed class SecurityOptions
{
    public const string Section = "Security";

    /// <summary>
    /// A key with all scopes that is valid without the database, created by the AppHost for development. Empty for none.
    /// </summary>
    [StringLength(1000)]
    public string DevelopmentKey { get; set; } = "";
}

/// <summary>
/// API keys of the form <c>rag_ID_SECRET</c>. Only a SHA-256 of the whole key is stored: 256 random bits need no slow hash.
/// </summary>
public sealed class ApiKeyStore(
    NpgsqlDataSource dataSource, AuditLog audit, IOptions<SecurityOptions> options, TimeProvider time)
{
    private static readonly TimeSpan CacheTime = TimeSpan.FromSeconds(10);
    private const int CacheSize = 10_000;

    private readonly ConcurrentDictionary<string, Known> _known = new();
    private readonly byte[]? _developmentSha256 =
        options.Value.DevelopmentKey is { Length: > 0 } key ? Hash(key) : null;

    /// <summary>
    /// The caller with this key; null for an invalid one. A revoked key is accepted for up to ten seconds more.
    /// </summary>
    public async Task<Caller?> AuthenticateAsync(string presented, CancellationToken cancellationToken)
    {
        var sha256 = Hash(presented);
        if (_developmentSha256 is not null && CryptographicOperations.FixedTimeEquals(sha256, _developmentSha256))
        {
            return new Caller("development", "development", Scopes.All, null);
        }

        if (presented.Split('_') is not ["rag", { Length: 16 } id, { Length: > 0 }])
        {
            return null;
        }

        var known = await FindAsync(id, cancellationToken);
        return known is not null && CryptographicOperations.FixedTimeEquals(sha256, known.Sha256) ? known.Caller : null;
    }

    /// <summary>Creates a key. The secret is returned here and stored nowhere.</summary>
    public async Task<(ApiKey Key, string Secret)> CreateAsync(
        string name, IReadOnlyList<string> scopes, IReadOnlyList<string>? collections, string actor,
        CancellationToken cancellationToken)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var secret = $"rag_{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)).Replace('_', '.')}";
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var key = await connection.Command($"""
            insert into api_keys (id, name, sha256, scopes, collections) values ($1, $2, $3, $4, $5::text[]) returning {Columns}
            """, id, name, Hash(secret), scopes.ToArray(), collections?.ToArray()).FirstAsync(Read, cancellationToken);
        await audit.WriteAsync(connection, new AuditEntry(actor, "api-key.create", id, null), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (key!, secret);
    }

    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken) =>
        await dataSource.Command($"select {Columns} from api_keys order by created_at").ListAsync(Read, cancellationToken);

    /// <returns>False when there is no such key, or it is already revoked.</returns>
    public async Task<bool> RevokeAsync(string id, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var revoked = await connection.Command("update api_keys set revoked_at = now() where id = $1 and revoked_at is null", id)
            .ExecuteAsync(cancellationToken);
        if (revoked == 0)
        {
            return false;
        }

        await audit.WriteAsync(connection, new AuditEntry(actor, "api-key.revoke", id, null), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        _known.TryRemove(id, out _);
        return true;
    }

    private async Task<Known?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_known.TryGetValue(id, out var known) && now - known.At < CacheTime)
        {
            return known;
        }

        var found = await dataSource.Command("select name, sha256, scopes, collections from api_keys where id = $1 and revoked_at is null", id)
            .FirstAsync(
                row => new Known(
                    new Caller(id, row.GetString(0), row.GetFieldValue<string[]>(2), row.Nullable<string[]>("collections")),
                    row.GetFieldValue<byte[]>(1),
                    now),
                cancellationToken);
        if (found is null)
        {
            _known.TryRemove(id, out _);
            return null;
        }

        if (_known.Count >= CacheSize)
        {
            _known.Clear();
        }

        return _known[id] = found;
    }

    private const string Columns = "id, name, scopes, collections, created_at, revoked_at";

    private static ApiKey Read(NpgsqlDataReader row) => new(
        row.Field<string>("id"),
        row.Field<string>("name"),
        row.Field<string[]>("scopes"),
        row.Nullable<string[]>("collections"),
        row.Field<DateTimeOffset>("created_at"),
        row.Nullable<DateTimeOffset?>("revoked_at"));

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private sealed record Known(Caller Caller, byte[] Sha256, DateTimeOffset At);
}
