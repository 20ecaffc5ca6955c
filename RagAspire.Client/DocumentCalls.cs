using System.Runtime.CompilerServices;
using System.Text.Json;

namespace RagAspire.Client;

/// <summary>Uploading documents, following their processing, and reading them.</summary>
public sealed class DocumentCalls
{
    private const string Path = "api/v1/documents";
    private readonly ApiConnection _api;

    internal DocumentCalls(ApiConnection api) => _api = api;

    /// <summary>Stores a file; processing begins after that.</summary>
    public Task<Document> UploadAsync(FileUpload file, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, Path, file, cancellationToken);

    /// <summary>Stores the next version of a document.</summary>
    public Task<Document> ReplaceAsync(Guid id, FileUpload file, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, $"{Path}/{id}", file, cancellationToken);

    /// <summary>Creates or replaces the document with an id of the caller's system, which is unique in the collection.</summary>
    public Task<Document> PutAsync(string externalId, FileUpload file, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, $"{Path}/by-external-id/{Uri.EscapeDataString(externalId)}", file, cancellationToken);

    /// <summary>Stores each file of an archive (ZIP, TAR or TAR.GZ) as an upload of its own.</summary>
    /// <param name="collection">Null for the default one.</param>
    /// <param name="archive">Read once, and left open.</param>
    public Task<BatchReceipt> UploadBatchAsync(string? collection, Stream archive, CancellationToken cancellationToken) =>
        _api.SendAsync<BatchReceipt>(
            HttpMethod.Post, Address.With($"{Path}/batch", ("collection", collection)), archive, "application/octet-stream",
            cancellationToken);

    /// <summary>What has become of a batch: its files by status and by reason.</summary>
    public Task<DocumentBatch> BatchAsync(Guid id, CancellationToken cancellationToken) =>
        _api.GetAsync<DocumentBatch>($"{Path}/batches/{id}", cancellationToken);

    public Task<Page<Document>> ListAsync(DocumentListRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var address = Address.With(
            Path, ("collection", request.Collection), ("status", request.Status), ("q", request.Q), ("after", request.After),
            ("limit", request.Limit), ("parentId", request.ParentId), ("filter", request.Filter));
        return _api.GetAsync<Page<Document>>(address, cancellationToken);
    }

    public Task<Document> GetAsync(Guid id, CancellationToken cancellationToken) =>
        _api.GetAsync<Document>($"{Path}/{id}", cancellationToken);

    public Task<DeletedDocument> DeleteAsync(Guid id, CancellationToken cancellationToken) =>
        _api.CallAsync<DeletedDocument>(HttpMethod.Delete, $"{Path}/{id}", body: null, cancellationToken);

    /// <summary>Sets the groups that see a document; none for everyone who may read its collection.</summary>
    public Task<Document> SetGroupsAsync(Guid id, IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
        _api.CallAsync<Document>(HttpMethod.Put, $"{Path}/{id}/groups", new DocumentGroupsRequest(groups), cancellationToken);

    /// <summary>Changes name, tags and metadata of a document without its bytes.</summary>
    public Task<Document> ChangeAsync(Guid id, DocumentChangeRequest change, CancellationToken cancellationToken) =>
        _api.CallAsync<Document>(HttpMethod.Patch, $"{Path}/{id}", change, cancellationToken);

    /// <summary>Processes a failed document again.</summary>
    public Task<Document> RetryAsync(Guid id, CancellationToken cancellationToken) =>
        _api.CallAsync<Document>(HttpMethod.Post, $"{Path}/{id}/retry", body: null, cancellationToken);

    /// <summary>Processes the failed documents of a collection again.</summary>
    /// <param name="collection">Null for the default one.</param>
    /// <param name="reason">A part of their error; empty for all that failed.</param>
    public Task<RetriedDocuments> RetryAllAsync(string? collection, string? reason, CancellationToken cancellationToken) =>
        _api.CallAsync<RetriedDocuments>(
            HttpMethod.Post,
            $"{Path}/retry",
            string.IsNullOrEmpty(reason)
                ? new RetryRequest(collection, Status: DocumentStatus.Failed)
                : new RetryRequest(collection, reason),
            cancellationToken);

    /// <summary>A page of the chunks of the searched version.</summary>
    public Task<Page<DocumentChunk>> ChunksAsync(Guid id, string? after, int limit, CancellationToken cancellationToken) =>
        _api.GetAsync<Page<DocumentChunk>>(Address.With($"{Path}/{id}/chunks", ("after", after), ("limit", limit)), cancellationToken);

    /// <summary>The text of the searched version, to which the places of chunks and citations refer.</summary>
    public Task<string> TextAsync(Guid id, CancellationToken cancellationToken) => _api.TextAsync($"{Path}/{id}/text", cancellationToken);

    /// <summary>A part of that text, without keeping the rest.</summary>
    /// <param name="start">In UTF-16 code units, as the places of chunks and citations.</param>
    public Task<TextWindow> TextAsync(Guid id, int start, int length, CancellationToken cancellationToken) =>
        _api.ReadAsync($"{Path}/{id}/text", reader => TextWindow.ReadAsync(reader, start, length, cancellationToken), cancellationToken);

    /// <summary>The bytes as they were uploaded; the caller disposes the response, and looks at its status.</summary>
    public Task<HttpResponseMessage> ContentAsync(Guid id, CancellationToken cancellationToken) =>
        _api.ResponseAsync($"{Path}/{id}/content", "*/*", cancellationToken);

    /// <summary>The progress of a document, beginning with its present state, until it is ready or failed.</summary>
    public async IAsyncEnumerable<DocumentProgress> EventsAsync(
        Guid id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (_, data) in _api.EventsAsync(HttpMethod.Get, $"{Path}/{id}/events", body: null, cancellationToken))
        {
            yield return ApiConnection.Parse<DocumentProgress>(data);
        }
    }

    private async Task<Document> SendAsync(
        HttpMethod method, string address, FileUpload file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);

        // The collection goes first: it is checked before the file is received.
        using var form = new MultipartFormDataContent();
        if (file.Collection is { Length: > 0 } collection)
        {
            form.Add(new StringContent(collection), "collection");
        }

        foreach (var (name, value) in file.Tags)
        {
            form.Add(new StringContent($"{name}={value}"), "tags");
        }

        if (file.Metadata is { } metadata)
        {
            form.Add(new StringContent(JsonSerializer.Serialize(metadata)), "metadata");
        }

        foreach (var group in file.Groups)
        {
            form.Add(new StringContent(group), "groups");
        }

        form.Add(new UploadContent(file), "file", file.Name);
        return await _api.SendAsync<Document>(method, address, form, cancellationToken);
    }
}
