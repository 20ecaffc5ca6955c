using System.ComponentModel.DataAnnotations;

namespace RagAspire.Security.KeyRing;

/// <summary>Options of the keys that all replicas share; section <c>KeyRing</c>.</summary>
public sealed class KeyRingOptions
{
    public const string Section = "KeyRing";

    /// <summary>
    /// Encrypts the keys in the database, with at least 32 characters; null stores them as plain text.
    /// After a change the replicas make new keys, and a page that is open must be loaded again.
    /// </summary>
    [MinLength(32)]
    public string? Secret { get; set; }
}
