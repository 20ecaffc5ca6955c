using RagAspire.Client;
using RagAspire.Web.Security;

namespace RagAspire.Web.Api;

/// <summary>The collections that a page suggests.</summary>
/// <param name="Names">An array, because only that can be handed to a component that becomes interactive.</param>
/// <param name="Initial">The one that a page begins with; null for the default one.</param>
public sealed record KnownCollections(string[] Names, string? Initial)
{
    private const string Default = "default";
    private const int Entries = 500;

    /// <summary>
    /// The collections of the key. One for all collections has no list: its user gets those that were changed last, where the
    /// key may read the audit log, and can type any other.
    /// </summary>
    public static async Task<KnownCollections> OfAsync(ApiAccess access, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(access);
        var user = await access.UserAsync();
        if (user.Collections() is { Count: > 0 } bound)
        {
            return new KnownCollections([.. bound], bound.Contains(Default) ? null : bound[0]);
        }

        IEnumerable<string> names = [Default];
        if (user.May(Rights.Operations))
        {
            try
            {
                var client = await access.ClientAsync();
                var entries = await client.Operations.AuditAsync(after: null, Entries, cancellationToken);
                names = names.Concat(entries.Items.Select(entry => entry.Collection).OfType<string>());
            }
            catch (RagApiException)
            {
                // Only suggestions are missing; the calls of the page itself say what is wrong.
            }
        }

        return new KnownCollections([.. names.Distinct().Order(StringComparer.Ordinal)], Initial: null);
    }
}
