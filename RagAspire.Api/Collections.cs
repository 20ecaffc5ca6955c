using RagAspire.Documents.Intake;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>The collection of a request, and the check of a caller's rights.</summary>
internal static class Collections
{
    /// <summary>The collection that a request names, or the default one.</summary>
    /// <exception cref="BadHttpRequestException">400 for an invalid name, 403 for a collection that the key may not use.</exception>
    public static string Named(string? name, Caller caller)
    {
        name = string.IsNullOrEmpty(name) ? CollectionName.Default : name;
        if (!CollectionName.IsValid(name))
        {
            throw Problems.Bad(CollectionName.Rule);
        }

        return caller.MayUse(name)
            ? name
            : throw new BadHttpRequestException($"This key may not use the collection '{name}'.", StatusCodes.Status403Forbidden);
    }
}
