namespace RagAspire.Client;

/// <summary>Golden sets, and the search quality that is measured with them.</summary>
public sealed class QualityCalls
{
    private const string Path = "api/v1/operations/golden-sets";
    private readonly ApiConnection _api;

    internal QualityCalls(ApiConnection api) => _api = api;

    /// <summary>The sets of the collections that the key may use.</summary>
    public Task<Page<GoldenSetSummary>> SetsAsync(CancellationToken cancellationToken) =>
        _api.GetAsync<Page<GoldenSetSummary>>(Path, cancellationToken);

    public Task<GoldenSet> SetAsync(string collection, CancellationToken cancellationToken) =>
        _api.GetAsync<GoldenSet>(Of(collection), cancellationToken);

    /// <summary>Stores the set of a collection, and replaces the one before.</summary>
    public Task<GoldenSet> PutAsync(string collection, GoldenSetRequest set, CancellationToken cancellationToken) =>
        _api.CallAsync<GoldenSet>(HttpMethod.Put, Of(collection), set, cancellationToken);

    /// <summary>Deletes a set and its evaluations.</summary>
    public Task DeleteAsync(string collection, CancellationToken cancellationToken) =>
        _api.CallAsync(HttpMethod.Delete, Of(collection), body: null, cancellationToken);

    /// <summary>Evaluates search with the set now.</summary>
    public Task<Evaluation> EvaluateAsync(string collection, CancellationToken cancellationToken) =>
        _api.CallAsync<Evaluation>(HttpMethod.Post, $"{Of(collection)}/evaluate", body: null, cancellationToken);

    /// <summary>Evaluations, newest first.</summary>
    public Task<Page<Evaluation>> EvaluationsAsync(
        string collection, string? after, int limit, CancellationToken cancellationToken) =>
        _api.GetAsync<Page<Evaluation>>(
            Address.With($"{Of(collection)}/evaluations", ("after", after), ("limit", limit)), cancellationToken);

    private static string Of(string collection) => $"{Path}/{Uri.EscapeDataString(collection)}";
}
