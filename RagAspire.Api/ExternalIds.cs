using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Api.Security;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>Documents under the ids that they have in the client's system.</summary>
internal static class ExternalIds
{
    public const int MaxLength = 200;

    public static RouteGroupBuilder MapExternalIds(this RouteGroupBuilder documents)
    {
        documents.MapPut("/by-external-id/{externalId}", PutAsync).RequireAuthorization(Scopes.Write)
            .AsUpload(
                "Create or replace the document with an id of the client's system",
                "The id is unique in the collection, which the form names, else 'default'. A document with the same bytes and without such an id gets it.")
            .WithRequestTimeout(RequestLimits.UploadTime);
        return documents;
    }

    private static async Task<Results<Accepted<Document>, Ok<Document>>> PutAsync(
        string externalId,
        HttpRequest request,
        ClaimsPrincipal user,
        UploadReader uploads,
        DocumentIntake intake,
        CancellationToken cancellationToken)
    {
        if (externalId.Length > MaxLength || externalId.Any(char.IsControl) || !StorableText.IsOne(externalId))
        {
            throw Problems.Bad($"An external id has 1 to {MaxLength} characters, none of which controls anything.");
        }

        var caller = Caller.Of(user);
        using var upload = await uploads.ReadAsync(request, caller, cancellationToken);
        var collection = Collections.Named(upload.Collection, caller);
        var result = await intake.PutAsync(
            externalId, upload.File, collection, upload.Tags, caller.Name, cancellationToken,
            current => Check(current, upload.File, caller));
        return result.IsNew
            ? TypedResults.Accepted(DocumentsApi.Location(result.Document), result.Document)
            : TypedResults.Ok(result.Document);
    }

    /// <summary>An id is taken also where its document is not the caller's to see.</summary>
    private static void Check(Document current, UploadedFile file, Caller caller)
    {
        if (!caller.MaySee(current.Collection, current.Groups))
        {
            throw new ExternalIdTakenException();
        }

        Groups.CheckChange(caller, current, file.Groups);
    }
}
