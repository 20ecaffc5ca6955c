using System.ComponentModel.DataAnnotations;

namespace RagAspire.Api.OpenAi;

/// <summary>What <see cref="OpenAiApi"/> tells its clients; section <c>OpenAi</c>.</summary>
public sealed class OpenAiOptions : IValidatableObject
{
    public const string Section = "OpenAi";

    /// <summary>
    /// Where people reach the web app, such as <c>https://app.rag.example.com/</c>: citations link to its pages. Null where there
    /// is none; citations then name the call that has the document's bytes.
    /// </summary>
    public Uri? WebAddress { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (WebAddress is not (null or { IsAbsoluteUri: true, Scheme: "http" or "https" }))
        {
            yield return new ValidationResult("It must be an address that begins with http:// or https://.", [nameof(WebAddress)]);
        }
    }
}
