using System.ComponentModel.DataAnnotations;

namespace RagAspire.Vectors.Qdrant;

/// <summary>
/// How the index uses its Qdrant server; section <c>Qdrant</c>. The server is connection string <c>vectors</c>.
/// </summary>
public sealed class QdrantOptions
{
    public const string Section = "Qdrant";

    /// <summary>The one Qdrant collection that holds the chunks of all collections of the product.</summary>
    [Required]
    [RegularExpression("^[A-Za-z0-9_-]{1,255}$")]
    public string Collection { get; set; } = "ragaspire";

    /// <summary>How long a search or a status request may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan SearchTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long writing or removing one batch may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a new connection may take, with the resolution of the name and TLS.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// After so long without a word from the server it is asked whether it is there, and after so long without an answer its
    /// connection is given up.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Points per request; with their vectors they must fit into Qdrant's largest message, 32 MB.</summary>
    [Range(1, 2_000)]
    public int BatchSize { get; set; } = 500;

    /// <summary>How long counts and lengths of a collection are used before they are asked for again.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan StatisticsAge { get; set; } = TimeSpan.FromSeconds(30);
}
