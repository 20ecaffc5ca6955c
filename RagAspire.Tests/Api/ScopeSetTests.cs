using System.Net;
using System.Numerics;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

/// <summary>
/// Keys with several scopes, bound to a collection, to groups or to nothing, against every call: what each may follows from the
/// scope that the call needs and from nothing else. The sample is the same each time; with <c>RAGASPIRE_SCOPE_SETS=all</c> in the
/// environment every set of scopes is tried.
/// </summary>
public sealed class ScopeSetTests(SharedSystem shared, Stores stores)
{
    private const int Seed = 13;
    private const int SetsOfEachSize = 2;

    private static readonly string[] Scopes = ["read", "write", "operations:read", "operations:run", "alerts:write", "keys"];

    /// <summary>A key with groups has no others.</summary>
    private static readonly string[] ScopesWithGroups = ["read", "write"];

    /// <summary>Pairs, triples, and all but one.</summary>
    private static readonly int[] Sizes = [2, 3, Scopes.Length - 1];

    private static readonly bool HasAll = Environment.GetEnvironmentVariable("RAGASPIRE_SCOPE_SETS") == "all";

    [Fact]
    public async Task A_key_may_what_one_of_its_scopes_allows_and_nothing_else()
    {
        var system = await shared.SystemAsync(stores);
        var (mine, theirs) = (shared.NewCollection(), shared.NewCollection());
        var random = new Random(Seed);
        var clients = new Dictionary<string, RagClient>();
        var (allowed, refused) = (0, 0);
        var calls = ScopeTests.Calls.Concat(ScopeTests.OperationCalls).Select(call => call.Data);
        foreach (var (method, path, needed, forBound) in calls)
        {
            foreach (var key in HasAll ? All() : Sample(random))
            {
                var isAllowed = key.May(path, needed, forBound);
                if (isAllowed && ScopeTests.IsBackup(method, path))
                {
                    continue;
                }

                if (!clients.TryGetValue($"{key}", out var client))
                {
                    client = new RagClient(system.Api.Address, await system.NewKeyAsync(key.Request(mine)));
                    clients.Add($"{key}", client);
                }

                var may = await ScopeTests.MayAsync(client, method, path, mine);
                Assert.True(may == isAllowed, $"{method} {path} by {key}: {(may ? "allowed" : "refused")}");
                (allowed, refused) = isAllowed ? (allowed + 1, refused) : (allowed, refused + 1);
                if (key.IsBound && method == "GET" && path.Contains("COLLECTION", StringComparison.Ordinal))
                {
                    await HiddenAsync(client, path.Replace("COLLECTION", theirs, StringComparison.Ordinal));
                }
            }
        }

        foreach (var client in clients.Values)
        {
            client.Dispose();
        }

        Assert.True(Math.Min(allowed, refused) > 100, $"{allowed} allowed, {refused} refused");
    }

    private static async Task HiddenAsync(RagClient client, string path)
    {
        using var response = await client.TrySendAsync(HttpMethod.Get, path);
        Assert.True(response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound, $"{path}: {response.StatusCode}");
    }

    private static IEnumerable<ScopedKey> All() =>
        from isBound in new[] { true, false }
        from key in Enumerable.Range(1, Scopes.Length).SelectMany(size => SetsOf(Scopes, size))
            .Select(scopes => new ScopedKey(scopes, isBound, HasGroups: false))
            .Concat(Enumerable.Range(1, ScopesWithGroups.Length).SelectMany(size => SetsOf(ScopesWithGroups, size))
                .Select(scopes => new ScopedKey(scopes, isBound, HasGroups: true)))
        select key;

    private static IEnumerable<ScopedKey> Sample(Random random)
    {
        foreach (var size in Sizes)
        {
            foreach (var scopes in random.GetItems(SetsOf(Scopes, size), SetsOfEachSize))
            {
                yield return new ScopedKey(scopes, IsBound: true, HasGroups: false);
                yield return new ScopedKey(scopes, IsBound: false, HasGroups: false);
            }
        }

        var withGroups = random.GetItems(SetsOf(ScopesWithGroups, random.Next(1, 3)), 1)[0];
        yield return new ScopedKey(withGroups, random.Next(2) == 0, HasGroups: true);
    }

    /// <summary>All sets of a size, each a number whose bits say what is in it.</summary>
    private static string[][] SetsOf(string[] scopes, int size) =>
    [
        .. from set in Enumerable.Range(0, 1 << scopes.Length)
           where BitOperations.PopCount((uint)set) == size
           select scopes.Where((_, at) => (set & (1 << at)) != 0).ToArray(),
    ];

    private sealed record ScopedKey(IReadOnlyList<string> Scopes, bool IsBound, bool HasGroups)
    {
        /// <summary>An export and an import are of a whole collection, and closed to a key with groups.</summary>
        public bool May(string path, string needed, bool forBound) =>
            Scopes.Contains(needed) && (forBound || !IsBound)
            && !(HasGroups && (path.EndsWith("/export", StringComparison.Ordinal) || path.EndsWith("/import", StringComparison.Ordinal)));

        public object Request(string collection) => new
        {
            name = "scoped",
            scopes = Scopes,
            collections = IsBound ? new[] { collection } : null,
            groups = HasGroups ? new[] { "staff" } : null,
        };

        public override string ToString() =>
            $"{string.Join(' ', Scopes)}{(IsBound ? ", bound to a collection" : "")}{(HasGroups ? ", with groups" : "")}";
    }
}
