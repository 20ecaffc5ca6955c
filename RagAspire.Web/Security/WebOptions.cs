using System.ComponentModel.DataAnnotations;

namespace RagAspire.Web.Security;

/// <summary>The web app; section <c>Web</c>.</summary>
public sealed class WebOptions
{
    public const string Section = "Web";

    /// <summary>How long a session lasts after the last request.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "30.00:00:00")]
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(8);

    /// <summary>
    /// Encrypts the cookies, the same for all replicas; at least 32 characters. Without one the keys are where the platform
    /// keeps them, and sessions end with the process where that place is temporary.
    /// </summary>
    [RegularExpression(".{32,1000}", ErrorMessage = "it must have at least 32 characters.")]
    public string Secret { get; set; } = "";

    /// <summary>The largest file that is taken; the API has a limit of its own.</summary>
    [Range(1L, 1L << 40)]
    public long UploadBytes { get; set; } = 64L << 20;
}
