using System.ComponentModel.DataAnnotations;

namespace RagAspire.Api.Mcp;

/// <summary>Holds the arguments of a tool to the rules of the same call over HTTP.</summary>
internal static class Checked
{
    /// <exception cref="BadHttpRequestException">400 with the first rule that is broken.</exception>
    public static T Valid<T>(T request)
        where T : class
    {
        var results = new List<ValidationResult>();
        return Validator.TryValidateObject(request, new ValidationContext(request), results, validateAllProperties: true)
            ? request
            : throw Problems.Bad(results[0].ErrorMessage ?? "An argument is invalid.");
    }
}
