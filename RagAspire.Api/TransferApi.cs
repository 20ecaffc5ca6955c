using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using RagAspire.Api.Security;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Security;
using RagAspire.Transfer;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Api;

/// <summary>Receives the archive of a collection and takes it in. One at a time, because it is on disk meanwhile.</summary>
public sealed class ImportReceiver(CollectionImport import, Embedder embedder, IOptions<LimitOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _place = new(1);

    internal async Task<ImportReport> ReceiveAsync(
        HttpRequest request, string collection, Caller caller, CancellationToken cancellationToken)
    {
        await embedder.AdmitAsync(caller.Id, cancellationToken);
        if (!await _place.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            throw new BadHttpRequestException(
                "Another import runs in this process: wait until it has ended.", StatusCodes.Status429TooManyRequests);
        }

        try
        {
            var limits = options.Value;
            UploadReader.Limit(request, limits.BatchBytes, limits.UploadBytesPerSecond);
            await using var archive = TemporaryFile.CreateUnnamed();
            await SaveAsync(request.Body, archive, cancellationToken);
            return await import.RunAsync(
                archive, new ImportTarget(collection, caller.Name, caller.Id, limits.UploadBytes), cancellationToken);
        }
        finally
        {
            _place.Release();
        }
    }

    public void Dispose() => _place.Dispose();

    private static async Task SaveAsync(Stream body, FileStream archive, CancellationToken cancellationToken)
    {
        try
        {
            await body.CopyToAsync(archive, cancellationToken);
            await archive.FlushAsync(cancellationToken);
        }
        catch (IOException ex) when (ex is not BadHttpRequestException && !DiskSpace.IsExhausted(ex))
        {
            throw new BadHttpRequestException("The body ends too early.", ex);
        }
    }
}

/// <summary>Whole collections, from one system into another.</summary>
internal static class TransferApi
{
    private const string Tar = "application/x-tar";

    public static RouteGroupBuilder MapTransfer(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/collections/{collection}").WithTags("Collections");
        group.MapGet("/export", ExportAsync).RequireAuthorization(Scopes.Read)
            .WithSummary("Export a collection with originals, chunks and vectors, as a TAR")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithRequestTimeout(RequestLimits.BatchTime);
        group.MapPost("/import", ImportAsync).RequireAuthorization(Scopes.Write)
            .WithSummary("Take in the export of a collection")
            .WithDescription("All of it is checked before anything is taken in. An import can be repeated: what is here is not changed, and one that was broken off is completed.")
            .Accepts<Stream>(Tar, "application/octet-stream")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .WithRequestTimeout(RequestLimits.BatchTime);
        return api;
    }

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ExportAsync(
        string collection,
        ClaimsPrincipal user,
        CollectionExport export,
        DocumentStore documents,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var named = Whole(collection, caller);
        var first = await documents.ListAsync(new DocumentFilter(named, null, null, null, 1), cancellationToken);
        return first.Items.Count == 0
            ? Problems.NotFound("collection")
            : TypedResults.Stream(target => export.WriteAsync(named, target, caller.Name, cancellationToken), Tar, $"{named}.tar");
    }

    /// <summary>An archive holds documents of all groups.</summary>
    private static string Whole(string collection, Caller caller)
    {
        var named = Collections.Named(collection, caller);
        return caller.Groups is null
            ? named
            : throw new BadHttpRequestException(
                "A key with groups cannot export or import a whole collection.", StatusCodes.Status403Forbidden);
    }

    private static async Task<Ok<ImportReport>> ImportAsync(
        string collection,
        HttpRequest request,
        ClaimsPrincipal user,
        ImportReceiver imports,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var named = Whole(collection, caller);
        return TypedResults.Ok(await imports.ReceiveAsync(request, named, caller, cancellationToken));
    }
}
