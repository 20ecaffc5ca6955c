using System.Buffers.Text;
using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Security;

/// <summary>A key without its secret, of which only a hash is stored.</summary>
/// <param name="Groups">Whose documents it sees, beside those without groups; null for all documents.</param>
/// <param name="Budget">What it may spend on models; null where the default applies.</param>
public sealed record ApiKey(
    string Id,
    string Name,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string>? Collections,
    IReadOnlyList<string>? Groups,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RevokedAt,
    Budget? Budget);

/// <summary>Authentication; section <c>Security</c>.</summary>
public sealed class SecurityOptions
{
    public const string Section = "Security";

    /// <summary>
    /// A key with all scopes that is valid without the database, created by the AppHost for development. Empty for none.
    /// </summary>
    [StringLength(1000)]
    public string DevelopmentKey { get; set; } = "";

    /// <summary>
    /// A key that can only deliver alerts and is valid without the database, created by the AppHost for Alertmanager.
    /// Empty for none.
    /// </summary>
    [StringLength(1000)]
    public string AlertsKey { get; set; } = "";

    /// <summary>How many keys that were never valid here all processes together look up in a second.</summary>
    [Range(1, 100_000)]
    public int UnknownKeysPerSecond { get; set; } = 100;

    /// <summary>How many of them may come from one address.</summary>
    [Range(1, 100_000)]
    public int UnknownKeysPerSecondAndAddress { get; set; } = 20;
}

/// <summary>
/// API keys of the form <c>rag_ID_SECRET</c>. Only a SHA-256 of the whole key is stored: 256 random bits need no slow hash.
/// </summary>
public sealed class ApiKeyStore(
    NpgsqlDataSource dataSource, AuditLog audit, IOptions<SecurityOptions> options, TimeProvider time)
{
    private static readonly TimeSpan CacheTime = TimeSpan.FromSeconds(10);

    // While the database is away, a key that was valid this long ago still is.
    private static readonly TimeSpan OutageTime = TimeSpan.FromHours(1);

    // A known key need not wait for a database that does not answer.
    private static readonly TimeSpan KnownLimit = TimeSpan.FromMilliseconds(500);
    private const int CacheSize = 10_000;

    private readonly ConcurrentDictionary<string, Known> _known = new();

    // Ids that are no key, by the time at which the database said so.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _missed = new();

    private readonly Known[] _configured =
    [
        .. Configured(options.Value.DevelopmentKey, "development", [Scopes.Admin]),
        .. Configured(options.Value.AlertsKey, "alertmanager", [Scopes.AlertsWrite]),
    ];

    /// <summary>
    /// The caller with this key; null for an invalid one. A revoked key is accepted for up to ten seconds more, and an id that
    /// is no key is not looked up again for as long.
    /// </summary>
    public async Task<Caller?> AuthenticateAsync(string presented, CancellationToken cancellationToken)
    {
        var sha256 = Hash(presented);
        if (_configured.FirstOrDefault(key => key.Matches(sha256)) is { } configured)
        {
            return configured.Caller;
        }

        if (IdOf(presented) is not { } id)
        {
            return null;
        }

        var known = await FindKnownAsync(id, cancellationToken);
        return known?.Matches(sha256) == true ? known.Caller : null;
    }

    /// <summary>Whether this key was valid before, so that asking the database again is not for a stranger.</summary>
    public bool IsKnown(string presented)
    {
        var sha256 = Hash(presented);
        return _configured.Any(key => key.Matches(sha256))
            || (IdOf(presented) is { } id && _known.TryGetValue(id, out var known) && known.Matches(sha256));
    }

    /// <summary>Creates a key. The secret is returned here and stored nowhere.</summary>
    public async Task<(ApiKey Key, string Secret)> CreateAsync(
        string name,
        IReadOnlyList<string> scopes,
        IReadOnlyList<string>? collections,
        IReadOnlyList<string>? groups,
        Budget? budget,
        string actor,
        CancellationToken cancellationToken)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var secret = $"rag_{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)).Replace('_', '.')}";
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var key = await connection.Command($"""
            insert into api_keys (id, name, sha256, scopes, collections, groups, budget_amount, budget_period)
            values ($1, $2, $3, $4, $5::text[], $6::text[], $7::numeric, $8) returning {Columns}
            """, id, name, Hash(secret), scopes.ToArray(), collections?.ToArray(), groups?.ToArray(), budget?.Amount, budget?.Period.Word())
            .FirstAsync(Read, cancellationToken);
        await audit.WriteAsync(connection, new AuditEntry(actor, "api-key.create", id, null), cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        // A key that was made here is no stranger at its first use.
        _missed.TryRemove(id, out _);
        Keep(_known, id, new Known(new Caller(id, name, scopes, collections, groups), Hash(secret), time.GetUtcNow()));
        return (key!, secret);
    }

    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken) =>
        await dataSource.Command($"select {Columns} from api_keys order by created_at").ListAsync(Read, cancellationToken);

    public async Task<ApiKey?> FindAsync(string id, CancellationToken cancellationToken) =>
        await dataSource.Command($"select {Columns} from api_keys where id = $1", id).FirstAsync(Read, cancellationToken);

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

    /// <summary>Sets the budget of a key; null lets the default apply again.</summary>
    /// <returns>Null when there is no such key in use.</returns>
    public async Task<ApiKey?> SetBudgetAsync(string id, Budget? budget, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var key = await connection.Command($"""
            update api_keys set budget_amount = $2::numeric, budget_period = $3 where id = $1 and revoked_at is null returning {Columns}
            """, id, budget?.Amount, budget?.Period.Word()).FirstAsync(Read, cancellationToken);
        if (key is null)
        {
            return null;
        }

        await audit.WriteAsync(connection, new AuditEntry(actor, "api-key.budget", id, null)
        {
            Details = new Dictionary<string, string>
            {
                ["budget"] = budget is null
                    ? "default"
                    : string.Create(CultureInfo.InvariantCulture, $"{budget.Amount} a {budget.Period.Word()}"),
            },
        }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return key;
    }

    private async Task<Known?> FindKnownAsync(string id, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_known.TryGetValue(id, out var known) && now - known.At < CacheTime)
        {
            return known;
        }

        if (_missed.TryGetValue(id, out var missedAt) && now - missedAt < CacheTime)
        {
            return null;
        }

        Known? found;
        try
        {
            found = await ReadAsync(id, now, known is null ? null : KnownLimit, cancellationToken);
        }
        catch (Exception ex) when (known is not null && now - known.At < OutageTime && Unavailability.IsUnavailable(ex))
        {
            // Without the database no key can be revoked either, and an operator must be able to ask what is wrong.
            return known;
        }

        if (found is null)
        {
            _known.TryRemove(id, out _);
            Keep(_missed, id, now);
            return null;
        }

        return Keep(_known, id, found);
    }

    private static T Keep<T>(ConcurrentDictionary<string, T> cache, string id, T value)
    {
        if (cache.Count >= CacheSize)
        {
            cache.Clear();
        }

        return cache[id] = value;
    }

    private async Task<Known?> ReadAsync(string id, DateTimeOffset now, TimeSpan? limit, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(limit ?? Timeout.InfiniteTimeSpan);
        try
        {
            return await dataSource
                .Command("select name, sha256, scopes, collections, groups from api_keys where id = $1 and revoked_at is null", id)
                .FirstAsync(
                    row => new Known(
                        new Caller(
                            id, row.GetString(0), row.GetFieldValue<string[]>(2), row.Nullable<string[]>("collections"),
                            row.Nullable<string[]>("groups")),
                        row.GetFieldValue<byte[]>(1),
                        now),
                    stop.Token);
        }
        catch (OperationCanceledException ex) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NpgsqlException("The database did not answer in time.", ex);
        }
    }

    private const string Columns = "id, name, scopes, collections, groups, created_at, revoked_at, budget_amount, budget_period";

    private static ApiKey Read(NpgsqlDataReader row) => new(
        row.Field<string>("id"),
        row.Field<string>("name"),
        row.Field<string[]>("scopes"),
        row.Nullable<string[]>("collections"),
        row.Nullable<string[]>("groups"),
        row.Field<DateTimeOffset>("created_at"),
        row.Nullable<DateTimeOffset?>("revoked_at"),
        row.Nullable<decimal?>("budget_amount") is { } amount
            ? new Budget(amount, EnumWords.Read<BudgetPeriod>(row.Field<string>("budget_period")))
            : null);

    private static string? IdOf(string presented) =>
        presented.Split('_') is ["rag", { Length: 16 } id, { Length: > 0 }] ? id : null;

    private static Known[] Configured(string key, string name, IReadOnlyList<string> scopes) =>
        key.Length == 0 ? [] : [new Known(new Caller(name, name, scopes, null), Hash(key), DateTimeOffset.MaxValue)];

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private sealed record Known(Caller Caller, byte[] Sha256, DateTimeOffset At)
    {
        public bool Matches(byte[] sha256) => CryptographicOperations.FixedTimeEquals(sha256, Sha256);
    }
}
