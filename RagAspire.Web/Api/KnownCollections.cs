using RagAspire.Client;
using RagAspire.Web.Security;

namespace RagAspire.Web.Api;

/// <summary>The collections that a page suggests.</summary>
/// <param name="Names">An array, because only that can be handed to a component that becomes interactive.</param>
/// <param name="Initial">The one that a page begins with; null for the default one.</param>
public sealed record KnownCollections(string[] Names, string? Initial)
{
    private const string Default = "default";

    /// <summary>Of a system with more, any other can be typed.</summary>
    private const int Most = 200;

    /// <summary>The collections that the key may use.</summary>
    public static async Task<KnownCollections> OfAsync(ApiAccess access, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(access);
        var bound = (await access.UserAsync()).Collections();
        return new KnownCollections(
            await NamesAsync(access, cancellationToken), bound.Count == 0 || bound.Contains(Default) ? null : bound[0]);
    }

    private static async Task<string[]> NamesAsync(ApiAccess access, CancellationToken cancellationToken)
    {
        try
        {
            var client = await access.ClientAsync();
            var collections = await client.CollectionsAsync(after: null, Most, cancellationToken);
            return [.. collections.Items.Select(collection => collection.Name)];
        }
        catch (RagApiException)
        {
            // Only suggestions are missing; the calls of the page itself say what is wrong.
            return [];
        }
    }
}
