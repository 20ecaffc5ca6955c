using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace RagAspire.Api.Security;

/// <summary>Whose pages may call the API from a browser; section <c>Cors</c>.</summary>
public sealed class CrossOriginOptions : IValidatableObject
{
    public const string Section = "Cors";

    /// <summary>The origins of the pages, such as <c>https://wiki.example.com</c>, separated by commas.</summary>
    public string Origins { get; set; } = "";

    internal string[] Allowed => Origins.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Allowed
        .Where(origin => !IsOrigin(origin))
        .Select(origin => new ValidationResult($"'{origin}' is not an origin such as https://wiki.example.com.", [nameof(Origins)]));

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        && string.Equals(address.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Calls from pages of other origins. They need a key like those of every client, and no cookie counts.</summary>
public static class CrossOrigins
{
    public static IServiceCollection AddCrossOrigins(this IServiceCollection services) =>
        services.AddValidatedOptions<CrossOriginOptions>(CrossOriginOptions.Section).AddCors();

    public static void UseCrossOrigins(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<CrossOriginOptions>>().Value.Allowed is { Length: > 0 } allowed)
        {
            app.UseCors(policy => policy
                .WithOrigins(allowed)
                .AllowAnyHeader()
                .WithMethods(
                    HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete)
                .WithExposedHeaders(HeaderNames.Location, HeaderNames.ETag, HeaderNames.RetryAfter));
        }
    }
}
