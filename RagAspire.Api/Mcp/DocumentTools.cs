using System.ComponentModel;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using ModelContextProtocol.Server;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Metadata;
using RagAspire.Security;

namespace RagAspire.Api.Mcp;

/// <summary>Seeing and adding documents.</summary>
[McpServerToolType]
internal sealed class DocumentTools(
    DocumentStore documents, CollectionStore collections, DocumentTexts texts, DocumentIntake intake, UploadReader uploads)
{
    [McpServerTool(Name = "list_collections", Title = "List collections", ReadOnly = true, OpenWorld = false, UseStructuredContent = true)]
    [Description("Lists the collections that can be searched and asked, by name, with what they hold.")]
    [Authorize(Policy = Scopes.Read)]
    public Task<Page<CollectionSummary>> CollectionsAsync(
        ClaimsPrincipal user,
        [Description("The 'next' of the page before.")] string? after = null,
        [Description("How many, 1 to 200.")] int limit = 50,
        CancellationToken cancellationToken = default)
    {
        var request = Checked.Valid(new CollectionListRequest(after, limit));
        return collections.ListAsync(Caller.Of(user), request.After, request.Limit, cancellationToken);
    }

    [McpServerTool(Name = "list_documents", Title = "List documents", ReadOnly = true, OpenWorld = false, UseStructuredContent = true)]
    [Description("Lists the documents of one collection, newest first, with the state of their processing.")]
    [Authorize(Policy = Scopes.Read)]
    public Task<Page<Document>> ListAsync(
        ClaimsPrincipal user,
        [Description("The collection; 'default' when absent.")] string? collection = null,
        [Description("pending, processing, ready or failed; all when absent.")] string? status = null,
        [Description("Only documents with these words.")] string? words = null,
        [Description("The 'next' of the page before.")] string? after = null,
        [Description("How many, 1 to 200.")] int limit = 50,
        [Description("What the documents must fulfil.")] FilterNode? filter = null,
        CancellationToken cancellationToken = default)
    {
        var request = Checked.Valid(new DocumentListRequest(collection, status, words, after, limit));
        return documents.ListAsync(
            request.ToFilter(Caller.Of(user)) with { Metadata = Filters.Read(filter) }, cancellationToken);
    }

    [McpServerTool(Name = "get_document_text", Title = "Read a document", ReadOnly = true, OpenWorld = false, UseStructuredContent = true)]
    [Description("The text of a document as the system reads it, from a character on.")]
    [Authorize(Policy = Scopes.Read)]
    public Task<DocumentExcerpt> TextAsync(
        ClaimsPrincipal user,
        [Description("The id of the document.")] Guid documentId,
        [Description("The character to begin with; 'nextOffset' of the part before.")] int offset = 0,
        [Description("How many characters, up to 100,000.")] int length = 20_000,
        CancellationToken cancellationToken = default) =>
        DocumentExcerpt.ReadAsync(
            documents,
            texts,
            Caller.Of(user),
            documentId,
            Math.Max(0, offset),
            Math.Clamp(length, 1, DocumentExcerpt.MostCharacters),
            cancellationToken);

    [McpServerTool(
        Name = "upload_document", Title = "Upload a document", Destructive = false, Idempotent = true, OpenWorld = false,
        UseStructuredContent = true)]
    [Description("Stores a document; its type is seen by its content. Follow its processing with list_documents. Up to half a megabyte.")]
    [Authorize(Policy = Scopes.Write)]
    public async Task<Document> UploadAsync(
        ClaimsPrincipal user,
        [Description("The file name with its extension.")] string name,
        [Description("The text of the file; or use 'base64'.")] string? text = null,
        [Description("The bytes of the file, in base64; or use 'text'.")] string? base64 = null,
        [Description("The collection; 'default' when absent.")] string? collection = null,
        [Description("Tags, each key=value.")] string[]? tags = null,
        [Description("What it is about: strings, numbers, true, false and lists of these, by key.")] Dictionary<string, JsonElement>? metadata = null,
        [Description("The groups that see it; those of the key when absent.")] string[]? groups = null,
        CancellationToken cancellationToken = default)
    {
        var caller = Caller.Of(user);
        using var content = new MemoryStream(Bytes(text, base64), writable: false);
        using var upload = await uploads.ReadAsync(
            content, name, Collections.Named(collection, caller), caller, cancellationToken);
        var shown = new List<string>();
        foreach (var group in groups ?? [])
        {
            Groups.Add(shown, group, caller);
        }

        var file = upload.File with { Groups = Groups.Given(shown), Metadata = Filters.Metadata(metadata) };
        var result = await intake.AcceptAsync(
            file, upload.Collection!, Api.Tags.Parse(tags ?? []), caller.Name, cancellationToken);
        return result.Document;
    }

    private static byte[] Bytes(string? text, string? base64)
    {
        if ((text is null) == (base64 is null))
        {
            throw Problems.Bad("Give either 'text' or 'base64'.");
        }

        try
        {
            return text is not null ? Encoding.UTF8.GetBytes(text) : Convert.FromBase64String(base64!);
        }
        catch (FormatException)
        {
            throw Problems.Bad("'base64' is not base64.");
        }
    }
}
