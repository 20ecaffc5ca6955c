using Microsoft.OpenApi;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>The parts of the OpenAPI document that do not belong to one endpoint.</summary>
internal static class ApiDocument
{
    public static IServiceCollection AddApiDocument(this IServiceCollection services)
    {
        return services.AddOpenApi("v1", options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "RagAspire",
                Version = "v1",
                Description = "Upload documents, search them, ask questions and get cited answers; and run the system.",
            };

            // Without an address a client uses that of the document. One from the Host header of a request could be forged.
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key." },
                ["key"] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.ApiKey,
                    In = ParameterLocation.Header,
                    Name = ApiKeyAuthentication.HeaderName,
                },
            };
            document.Security =
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] },
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", document)] = [] },
            ];
            return Task.CompletedTask;
        }));
    }

    /// <summary>Describes a multipart upload, which is read from the stream instead of being bound to parameters.</summary>
    public static RouteHandlerBuilder AsUpload(this RouteHandlerBuilder endpoint, string summary, string description) => endpoint
        .WithSummary(summary)
        .WithDescription(description)
        .Accepts<UploadForm>("multipart/form-data")
        .WithMetadata(TakesUploads.Mark)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    internal sealed record UploadForm(
        IFormFile File, string? Collection, IReadOnlyList<string>? Tags, string? Metadata, IReadOnlyList<string>? Groups);
}
