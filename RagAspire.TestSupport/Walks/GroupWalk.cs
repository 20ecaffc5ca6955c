using System.Net.Http.Json;
using System.Text.Json.Nodes;
using RagAspire.TestSupport.Users;

namespace RagAspire.TestSupport.Walks;

/// <summary>What a walk has done.</summary>
/// <param name="Shown">Calls that showed the word of a document, as they may; a walk that shows nothing says nothing.</param>
/// <param name="Refused">Calls that had to be refused, and were.</param>
/// <param name="Written">Calls that made, changed or deleted a document, as they may.</param>
/// <param name="Cut">Calls whose answer broke off. What had come of it is held against the rights like any other.</param>
/// <param name="Failure">The call that showed or changed too much; null for none.</param>
public sealed record WalkReport(int Calls, int Shown, int Refused, int Written, int Cut, string? Failure);

/// <summary>
/// Random calls of two groups by every protocol, while the groups of documents change. Each group has a key that reads, one that
/// writes, and a user who signs in. No answer may show a document of the other group, and none of them may be changed. The same
/// seed makes the same calls.
/// </summary>
public sealed class GroupWalk
{
    private const int FirstDocuments = 12;
    private const int MostDocuments = 24;
    private const int CallsPerMove = 50;

    private static readonly string[] Groups = ["red", "blue"];

    // Longer than any walk.
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(1);

    private readonly HttpClient _admin;
    private readonly IssuerStub _issuer;
    private readonly string _collection;
    private readonly int _seed;
    private readonly Random _random;
    private readonly WalkedDocuments _documents;
    private readonly WalkReads _reads;
    private readonly WalkWrites _writes;
    private readonly List<Walker> _walkers = [];
    private int _numbers;
    private int _shown;
    private int _refused;
    private int _written;
    private int _cut;

    /// <param name="admin">Has all rights.</param>
    /// <param name="issuer">Whose tokens the system takes by <see cref="Settings"/>.</param>
    /// <param name="collection">One that nothing else uses.</param>
    public GroupWalk(HttpClient admin, IssuerStub issuer, string collection, int seed)
    {
        (_admin, _issuer, _collection, _seed, _random) = (admin, issuer, collection, seed, new Random(seed));
        _documents = new WalkedDocuments(admin, collection);
        _reads = new WalkReads(collection, _random);
        _writes = new WalkWrites(collection, _random);
    }

    /// <summary>Calls so far.</summary>
    public int Calls { get; private set; }

    /// <summary>The settings of a system in which the users of a walk may read and write, each for one group.</summary>
    public static Dictionary<string, string> Settings(IssuerStub issuer, string collection)
    {
        var settings = new Dictionary<string, string>
        {
            ["Oidc__Issuer"] = issuer.Issuer,
            ["Oidc__Audience"] = IssuerStub.Audience,
        };
        foreach (var group in Groups)
        {
            settings[$"Oidc__Groups__{group}__Scopes"] = "read, write";
            settings[$"Oidc__Groups__{group}__Collections"] = collection;
            settings[$"Oidc__Groups__{group}__Groups"] = group;
        }

        return settings;
    }

    public async Task<WalkReport> RunAsync(int calls, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var group in Groups)
            {
                _walkers.Add(await KeyAsync(group, canWrite: false, cancellationToken));
                _walkers.Add(await KeyAsync(group, canWrite: true, cancellationToken));
                _walkers.Add(User(group));
            }

            for (; _numbers < FirstDocuments; _numbers++)
            {
                var group = _numbers % 3 == 0 ? null : Groups[_numbers % 2];
                await _documents.UploadAsync(_numbers, group, cancellationToken);
            }

            await _documents.FoundAsync(cancellationToken);
            var failure = await WalkAsync(calls, cancellationToken);
            return new WalkReport(Calls, _shown, _refused, _written, _cut, failure);
        }
        finally
        {
            _walkers.ForEach(walker => walker.Dispose());
        }
    }

    private async Task<string?> WalkAsync(int calls, CancellationToken cancellationToken)
    {
        for (; Calls < calls; Calls++)
        {
            if (Calls % CallsPerMove == CallsPerMove - 1)
            {
                await MoveAsync(cancellationToken);
            }

            if (await StepAsync(cancellationToken) is { } failure)
            {
                return $"Call {Calls} of seed {_seed}: {failure}";
            }
        }

        foreach (var document in _documents.Present)
        {
            if (!await _documents.IsUntouchedAsync(document, cancellationToken))
            {
                return $"After the calls of seed {_seed}: {document} is not as it was.";
            }
        }

        return null;
    }

    /// <returns>What was wrong; null for nothing.</returns>
    private async Task<string?> StepAsync(CancellationToken cancellationToken)
    {
        var walker = Pick(_walkers);
        var other = Pick([.. _walkers.Where(each => each.Group != walker.Group)]);
        var target = Pick(_documents.Present);
        using var call = Next(target, walker, other);
        using var response = await walker.Client.SendAsync(
            call.Request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var answer = await WalkAnswer.ReadAsync(response, cancellationToken);
        var fault = _documents.HiddenIn(answer.Text, walker.Group, call.Named) is { } hidden ? $"it shows {hidden}"
            : call.Fault(answer) ?? await TakeAsync(call, target, walker, answer, cancellationToken);
        _shown += _documents.IsShownIn(answer.Text) ? 1 : 0;
        _refused += call.Refusal is null ? 0 : 1;
        _cut += answer.IsCut ? 1 : 0;
        return fault is null ? null
            : $"{await ToTextAsync(call.Request)} of {walker} about {target}: {fault}. {answer}";
    }

    private WalkCall Next(WalkedDocument target, Walker walker, Walker other)
    {
        var kind = _random.Next(20);
        var isNew = (kind == 0 || _documents.Present.Count < FirstDocuments) && _documents.Present.Count < MostDocuments;
        return isNew ? _writes.Create(_numbers, walker, other)
            : kind < 4 ? _writes.Change(target, walker, other)
            : _reads.Next(target, walker, other);
    }

    /// <summary>Holds a refused change against the document, and keeps what a permitted one has made of it.</summary>
    private async Task<string?> TakeAsync(
        WalkCall call, WalkedDocument target, Walker walker, WalkAnswer answer, CancellationToken cancellationToken)
    {
        var isOfDocument = call.Effect is not (WalkEffect.None or WalkEffect.Create);
        if (!call.HasSucceeded(answer))
        {
            return !isOfDocument || await _documents.IsUntouchedAsync(target, cancellationToken) ? null : $"it changed {target}";
        }

        _written += call.Effect == WalkEffect.None ? 0 : 1;
        switch (call.Effect)
        {
            case WalkEffect.Create:
                return await TakeNewAsync(call, walker, answer, cancellationToken);
            case WalkEffect.Change:
                target.Edition = call.Edition ?? target.Edition;
                await _documents.RememberAsync(target, cancellationToken);
                return null;
            case WalkEffect.Delete:
                _documents.Remove(target);
                return null;
            case WalkEffect.Copy:
                return await TakeCopyAsync(target, walker, answer, cancellationToken);
            default:
                walker.Session = answer.Id("sessionId") ?? walker.Session;
                walker.Answer = answer.Id("answerId") ?? walker.Answer;
                return null;
        }
    }

    private async Task<string?> TakeNewAsync(WalkCall call, Walker walker, WalkAnswer answer, CancellationToken cancellationToken)
    {
        var isBatch = $"{call.Request.RequestUri}".Contains("/batch", StringComparison.Ordinal);
        if (answer.Id(isBatch ? "documentId" : "id") is not { } id)
        {
            return "the new document has no id";
        }

        walker.Batch = isBatch ? answer.Id("id") : walker.Batch;
        await _documents.AddAsync(new WalkedDocument(_numbers++, Guid.Parse(id), walker.Group), cancellationToken);
        return null;
    }

    /// <summary>A copy for other groups is a document of its own, which is deleted before a search finds it.</summary>
    private async Task<string?> TakeCopyAsync(
        WalkedDocument target, Walker walker, WalkAnswer answer, CancellationToken cancellationToken)
    {
        var id = answer.Id("id");
        if (id == $"{target.Id}")
        {
            await _documents.RememberAsync(target, cancellationToken);
            return null;
        }

        var copy = new Uri($"/api/v1/documents/{id}", UriKind.Relative);
        using var response = await walker.Client.DeleteAsync(copy, cancellationToken);
        return !response.IsSuccessStatusCode ? $"the copy {id} cannot be deleted"
            : await _documents.IsUntouchedAsync(target, cancellationToken) ? null
            : $"it changed {target}";
    }

    /// <summary>Gives a document to others; each walker begins a new session then.</summary>
    private async Task MoveAsync(CancellationToken cancellationToken)
    {
        var group = _random.Next(3) is var at and < 2 ? Groups[at] : null;
        await _documents.MoveAsync(Pick(_documents.Present), group, cancellationToken);
        _walkers.ForEach(walker => walker.Session = null);
    }

    private async Task<Walker> KeyAsync(string group, bool canWrite, CancellationToken cancellationToken)
    {
        var key = new
        {
            name = group,
            scopes = canWrite ? new[] { "read", "write" } : ["read"],
            collections = new[] { _collection },
            groups = new[] { group },
        };
        using var response = await _admin.PostAsJsonAsync(
            new Uri("/api/v1/operations/api-keys", UriKind.Relative), key, cancellationToken);
        response.EnsureSuccessStatusCode();
        var secret = (await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!["secret"]!.GetValue<string>();
        return new Walker(group, canWrite ? "writing key" : "reading key", canWrite, Client("X-Api-Key", secret));
    }

    private Walker User(string group)
    {
        var token = _issuer.Token($"{group} user", [group], token => token.Expires = token.IssuedAt + TokenLifetime);
        return new Walker(group, "user", canWrite: true, Client("Authorization", $"Bearer {token}"));
    }

    private HttpClient Client(string header, string value) =>
        new() { BaseAddress = _admin.BaseAddress, DefaultRequestHeaders = { { header, value } } };

    private T Pick<T>(IReadOnlyList<T> values) => values[_random.Next(values.Count)];

    private static async Task<string> ToTextAsync(HttpRequestMessage request) =>
        $"{request.Method} {request.RequestUri} {(request.Content is JsonContent body ? await body.ReadAsStringAsync() : "")}";
}
