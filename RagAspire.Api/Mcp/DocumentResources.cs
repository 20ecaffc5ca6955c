using System.ComponentModel;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using RagAspire.Documents;
using RagAspire.Security;

namespace RagAspire.Api.Mcp;

/// <summary>Documents as resources, by their ids.</summary>
[McpServerResourceType]
internal sealed class DocumentResources(DocumentStore documents, DocumentTexts texts)
{
    [McpServerResource(UriTemplate = "ragaspire://documents/{id}", Name = "document", Title = "A document's text", MimeType = "text/plain")]
    [Description("The text of a document as the system reads it; of a long one its first 100,000 characters.")]
    [Authorize(Policy = Scopes.Read)]
    public async Task<ResourceContents> ReadAsync(ClaimsPrincipal user, string id, CancellationToken cancellationToken)
    {
        var excerpt = await DocumentExcerpt.ReadAsync(
            documents,
            texts,
            Caller.Of(user),
            Guid.TryParse(id, out var document) ? document : throw Problems.Bad("A document is named by its id."),
            0,
            DocumentExcerpt.MostCharacters,
            cancellationToken);
        var rest = excerpt.NextOffset is { } next
            ? $"\n\n[The text goes on: get_document_text reads it from offset {next} on.]"
            : "";
        return new TextResourceContents
        {
            Uri = $"ragaspire://documents/{document}",
            MimeType = "text/plain",
            Text = excerpt.Text + rest,
        };
    }
}
