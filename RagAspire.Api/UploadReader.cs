using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using RagAspire.Api.Security;
using RagAspire.Database;
using RagAspire.Documents.Intake;
using RagAspire.Metadata;
using RagAspire.Security;
using RagAspire.Usage.Budgets;
using RagAspire.Vectors.Embedding;
using MinDataRate = Microsoft.AspNetCore.Server.Kestrel.Core.MinDataRate;

namespace RagAspire.Api;

/// <summary>A received multipart upload; disposing it deletes its file.</summary>
public sealed record Upload(
    UploadedFile File, string? Collection, IReadOnlyDictionary<string, string> Tags, TemporaryFile Temporary, IDisposable Place)
    : IDisposable
{
    public void Dispose()
    {
        Temporary.Dispose();
        Place.Dispose();
    }
}

/// <summary>Streams multipart uploads to disk and hashes them on the way, so that no file is held in memory.</summary>
public sealed class UploadReader(IOptions<LimitOptions> limits, UploadAdmission admission, Embedder embedder)
{
    private const int MaxFieldLength = 1024;
    internal const long Overhead = 1 << 20;

    /// <summary>Rejects a collection that the caller may not use as soon as it is read, before a file that follows it.</summary>
    /// <exception cref="BadHttpRequestException">
    /// 400 no or empty file, 403 a collection of others, 413 too large, 415 not a multipart form or an unknown type,
    /// 429 too many uploads at once.
    /// </exception>
    /// <exception cref="BudgetExceededException">The key may not have the document embedded.</exception>
    public async Task<Upload> ReadAsync(HttpRequest request, Caller caller, CancellationToken cancellationToken)
    {
        await embedder.AdmitAsync(caller.Id, cancellationToken);
        var reader = Open(request);
        var place = admission.Admit(caller, request.ContentLength);
        var temporary = new TemporaryFile();
        try
        {
            UploadedFile? file = null;
            string? collection = null;
            var tags = new Dictionary<string, string>();
            var groups = new List<string>();
            DocumentMetadata? metadata = null;
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                var disposition = section.GetContentDispositionHeader() ?? throw Problems.Bad("A part of the form has no name.");
                if (disposition.IsFileDisposition())
                {
                    file = file is null
                        ? await ReceiveAsync(section.Body, reader.NameOf(disposition), temporary, cancellationToken)
                        : throw Problems.Bad("An upload must contain one file only.");
                    continue;
                }

                var field = HeaderUtilities.RemoveQuotes(disposition.Name).Value;
                var value = await ReadFieldAsync(section, field, cancellationToken);
                switch (field)
                {
                    case "collection":
                        collection = Collections.Named(value, caller);
                        break;
                    case "tags":
                        Api.Tags.Add(tags, value);
                        break;
                    case "metadata":
                        metadata = Filters.Metadata(value);
                        break;
                    case "groups":
                        Groups.Add(groups, value, caller);
                        break;
                    case var other:
                        throw Problems.Bad($"The form field '{other}' is unknown: an upload has 'file', 'collection', 'tags', 'metadata' and 'groups'.");
                }
            }

            file = file is not null
                ? Of(caller, file) with { Groups = Groups.Given(groups), Metadata = metadata }
                : throw Problems.Bad("The form has no file: send it as the part 'file'.");
            return new Upload(file, collection, tags, temporary, place);
        }
        catch (Exception ex)
        {
            temporary.Dispose();
            place.Dispose();
            if (ex is InvalidDataException or IOException and not BadHttpRequestException && !DiskSpace.IsExhausted(ex))
            {
                throw new BadHttpRequestException("The multipart form is broken or ends too early.", ex);
            }

            throw;
        }
    }

    /// <summary>Takes a file that is in memory already.</summary>
    /// <inheritdoc cref="ReadAsync(HttpRequest, Caller, CancellationToken)"/>
    public async Task<Upload> ReadAsync(
        MemoryStream content, string name, string collection, Caller caller, CancellationToken cancellationToken)
    {
        await embedder.AdmitAsync(caller.Id, cancellationToken);
        var place = admission.Admit(caller, content.Length);
        var temporary = new TemporaryFile();
        try
        {
            var file = await ReceiveAsync(content, FileReceiver.CleanName(name), temporary, cancellationToken);
            return new Upload(Of(caller, file), collection, new Dictionary<string, string>(), temporary, place);
        }
        catch
        {
            temporary.Dispose();
            place.Dispose();
            throw;
        }
    }

    /// <summary>Takes one file of several, for which the caller holds a place.</summary>
    /// <param name="name">Without what leads to other folders.</param>
    /// <exception cref="BadHttpRequestException">400 an empty file, 413 too large, 415 an unknown type.</exception>
    /// <exception cref="BudgetExceededException">The key may not have the document embedded.</exception>
    public async Task<UploadedFile> ReadAsync(
        Stream content, string name, TemporaryFile temporary, Caller caller, CancellationToken cancellationToken)
    {
        await embedder.AdmitAsync(caller.Id, cancellationToken);
        var file = await ReceiveAsync(content, name, temporary, cancellationToken);
        return Of(caller, file);
    }

    /// <summary>The boundary of a multipart form; null where the body is none.</summary>
    internal static string? BoundaryOf(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 and <= 200 } boundary
            ? boundary
            : null;

    /// <summary>Limits the length and the slowness of a body.</summary>
    internal static void Limit(HttpRequest request, long bytes, double bytesPerSecond)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = bytes;
        }

        if (request.HttpContext.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = new MinDataRate(bytesPerSecond, gracePeriod: TimeSpan.FromSeconds(10));
        }
    }

    private static UploadedFile Of(Caller caller, UploadedFile file) =>
        file with { UploadedBy = caller.Id, DefaultGroups = Groups.OfNew(caller) };

    private FormReader Open(HttpRequest request)
    {
        Limit(request, limits.Value.UploadBytes + Overhead, limits.Value.UploadBytesPerSecond);
        var boundary = BoundaryOf(request.ContentType) ?? throw new BadHttpRequestException(
            "Send the file as multipart/form-data, in the part 'file'.", StatusCodes.Status415UnsupportedMediaType);
        return new FormReader(boundary, request.Body);
    }

    private async Task<UploadedFile> ReceiveAsync(
        Stream body, string name, TemporaryFile temporary, CancellationToken cancellationToken)
    {
        try
        {
            return await FileReceiver.ReceiveAsync(body, name, temporary, limits.Value.UploadBytes, cancellationToken);
        }
        catch (RefusedFileException ex)
        {
            throw ex.Fault switch
            {
                FileFault.TooLarge => new BadHttpRequestException(ex.Message, StatusCodes.Status413PayloadTooLarge),
                FileFault.Unsupported => new BadHttpRequestException(ex.Message, StatusCodes.Status415UnsupportedMediaType),
                _ => Problems.Bad(ex.Message),
            };
        }
    }

    internal static async Task<string> ReadFieldAsync(
        MultipartSection section, string? field, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(section.Body);
        var most = field == "metadata" ? DocumentMetadata.MaxLength : MaxFieldLength;
        var buffer = new char[most + 1];
        var length = await reader.ReadBlockAsync(buffer, cancellationToken);
        var text = new string(buffer, 0, Math.Min(length, most)).Trim();
        return length > most ? throw Problems.Bad($"A form field is longer than {most} characters.")
            : StorableText.IsOne(text) ? text
            : throw Problems.Bad(StorableText.Reason);
    }
}
