using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RagAspire.TestSupport.Walks;

/// <summary>The documents of a walk as they have to be, and as a key with all rights sees them.</summary>
internal sealed partial class WalkedDocuments(HttpClient admin, string collection)
{
    private const string Path = "/api/v1/documents";

    /// <summary>What changes by calls only, and not by processing.</summary>
    private static readonly string[] Kept = ["name", "version", "sha256", "tags", "metadata", "groups", "externalId"];

    private readonly List<WalkedDocument> _present = [];
    private readonly Dictionary<int, WalkedDocument> _byNumber = [];
    private readonly Dictionary<Guid, WalkedDocument> _byId = [];

    public IReadOnlyList<WalkedDocument> Present => _present;

    /// <summary>Uploads a first document.</summary>
    public async Task UploadAsync(int number, string? group, CancellationToken cancellationToken)
    {
        using var form = WalkWrites.Form(number, 0, collection, group);
        using var response = await admin.PostAsync(new Uri(Path, UriKind.Relative), form, cancellationToken);
        response.EnsureSuccessStatusCode();
        var id = (await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!["id"]!.GetValue<Guid>();
        await AddAsync(new WalkedDocument(number, id, group), cancellationToken);
    }

    public async Task AddAsync(WalkedDocument document, CancellationToken cancellationToken)
    {
        _present.Add(document);
        _byNumber.Add(document.Number, document);
        _byId.Add(document.Id, document);
        await RememberAsync(document, cancellationToken);
    }

    /// <summary>Its word stays known: a deleted document is as hidden as it was.</summary>
    public void Remove(WalkedDocument document) => _present.Remove(document);

    /// <summary>Gives a document to others.</summary>
    public async Task MoveAsync(WalkedDocument document, string? group, CancellationToken cancellationToken)
    {
        var groups = group is null ? Array.Empty<string>() : [group];
        using var call = WalkCall.Json(HttpMethod.Put, $"{Path}/{document.Id}/groups", new { groups });
        using var response = await admin.SendAsync(call.Request, cancellationToken);
        response.EnsureSuccessStatusCode();
        document.Group = group;
        await RememberAsync(document, cancellationToken);
    }

    /// <summary>Takes over what a permitted call has changed.</summary>
    public async Task RememberAsync(WalkedDocument document, CancellationToken cancellationToken)
    {
        var state = await ReadAsync(document, cancellationToken)
            ?? throw new InvalidOperationException($"{document} is gone.");
        (document.State, document.HasExternalId) = (StateOf(state), state["externalId"] is not null);
    }

    /// <returns>Whether it is as it was when it was remembered.</returns>
    public async Task<bool> IsUntouchedAsync(WalkedDocument document, CancellationToken cancellationToken) =>
        await ReadAsync(document, cancellationToken) is { } state && StateOf(state) == document.State;

    /// <summary>Waits until a search finds each document.</summary>
    public async Task FoundAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        foreach (var document in _present)
        {
            var address = new Uri($"/api/v1/search?query={document.Station}&mode=text&collection={collection}", UriKind.Relative);
            while (!(await admin.GetStringAsync(address, patience.Token)).Contains($"{document.Id}", StringComparison.Ordinal))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
            }
        }
    }

    public bool IsShownIn(string text) => Words(text).Any();

    /// <returns>A document that a text shows to a group that may not see it; null for none.</returns>
    /// <param name="named">Its id is not looked for.</param>
    public WalkedDocument? HiddenIn(string text, string group, WalkedDocument? named)
    {
        var ids = Id().Matches(text).Select(id => _byId.GetValueOrDefault(Guid.Parse(id.Value))).OfType<WalkedDocument>();
        return Words(text).Concat(ids.Where(document => document != named))
            .FirstOrDefault(document => document.IsHiddenFrom(group));
    }

    private IEnumerable<WalkedDocument> Words(string text) => Word().Matches(text)
        .Select(word => _byNumber.GetValueOrDefault(int.Parse(word.Groups[1].Value, CultureInfo.InvariantCulture)))
        .OfType<WalkedDocument>();

    private async Task<JsonNode?> ReadAsync(WalkedDocument document, CancellationToken cancellationToken)
    {
        using var response = await admin.GetAsync(new Uri($"{Path}/{document.Id}", UriKind.Relative), cancellationToken);
        return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken) : null;
    }

    private static string StateOf(JsonNode document) => string.Join(' ', Kept.Select(name => document[name]?.ToJsonString()));

    [GeneratedRegex("quark([0-9]{1,9})zebra", RegexOptions.IgnoreCase)]
    private static partial Regex Word();

    [GeneratedRegex("[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", RegexOptions.IgnoreCase)]
    private static partial Regex Id();
}
