using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using RagAspire.Documents.Archives;
using RagAspire.Metadata;
using RagAspire.Security;

namespace RagAspire.Api.Batches;

/// <summary>One file of a batch as it arrives.</summary>
/// <param name="Name">Without what leads to other folders.</param>
/// <param name="Refusal">Why it is no file that can be read; null for a file.</param>
internal sealed record BatchEntry(string Name, Stream Body, string? Refusal);

/// <summary>What the files of a batch have in common. Fields of a form that come before its files change it.</summary>
internal sealed class BatchTarget(Caller caller, string? collection, IEnumerable<string> tags)
{
    private bool _isUsed;

    public string Collection { get; private set; } = Collections.Named(collection, caller);

    public Dictionary<string, string> Tags { get; } = Api.Tags.Parse(tags);

    public List<string> Groups { get; } = [];

    public DocumentMetadata? Metadata { get; private set; }

    /// <exception cref="BadHttpRequestException">400 for an unknown field or one after a file, 403 for a collection of others.</exception>
    public void Take(string? field, string value)
    {
        if (_isUsed)
        {
            throw Problems.Bad($"The form field '{field}' must come before the files.");
        }

        switch (field)
        {
            case "collection":
                Collection = Collections.Named(value, caller);
                break;
            case "tags":
                Api.Tags.Add(Tags, value);
                break;
            case "metadata":
                Metadata = Filters.Metadata(value);
                break;
            case "groups":
                Api.Groups.Add(Groups, value, caller);
                break;
            default:
                throw Problems.Bad(
                    $"The form field '{field}' is unknown: a batch has 'collection', 'tags', 'metadata', 'groups' and then files.");
        }
    }

    public void Use() => _isUsed = true;
}

/// <summary>The files of a request: the parts of a form, or what an archive holds.</summary>
internal static class BatchEntries
{
    public static IAsyncEnumerable<BatchEntry> ReadAsync(
        HttpRequest request, BatchTarget target, CancellationToken cancellationToken) =>
        UploadReader.BoundaryOf(request.ContentType) is { } boundary
            ? FormAsync(new FormReader(boundary, request.Body), target, cancellationToken)
            : ArchiveAsync(request.Body, target, cancellationToken);

    private static async IAsyncEnumerable<BatchEntry> FormAsync(
        FormReader reader, BatchTarget target, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            var disposition = section.GetContentDispositionHeader() ?? throw Problems.Bad("A part of the form has no name.");
            if (disposition.IsFileDisposition())
            {
                target.Use();
                yield return new BatchEntry(reader.NameOf(disposition), section.Body, null);
                continue;
            }

            var field = HeaderUtilities.RemoveQuotes(disposition.Name).Value;
            target.Take(field, await UploadReader.ReadFieldAsync(section, field, cancellationToken));
        }
    }

    private static async IAsyncEnumerable<BatchEntry> ArchiveAsync(
        Stream body, BatchTarget target, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        target.Use();
        await foreach (var entry in ArchiveReader.ReadAsync(body, cancellationToken))
        {
            yield return new BatchEntry(ArchivePath.Clean(entry.Path), entry.Body, entry.Refusal);
        }
    }
}
