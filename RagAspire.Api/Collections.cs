using System.Text.RegularExpressions;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>The names of collections, and the check of a caller's rights.</summary>
internal static partial class Collections
{
    public const string Default = "default";

    public const string Pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";

    /// <summary>The collection that a request names, or the default one.</summary>
    /// <exception cref="BadHttpRequestException">400 for an invalid name, 403 for a collection that the key may not use.</exception>
    public static string Named(string? name, Caller caller)
    {
        name = string.IsNullOrEmpty(name) ? Default : name;
        if (!Name().IsMatch(name))
        {
            throw Problems.Bad(
                "The name of a collection must have 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter or digit.");
        }

        return caller.MayUse(name)
            ? name
            : throw new BadHttpRequestException($"This key may not use the collection '{name}'.", StatusCodes.Status403Forbidden);
    }

    [GeneratedRegex(Pattern)]
    private static partial Regex Name();
}
