using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace RagAspire.Sync;

/// <summary>Sources whose files are kept as documents; section <c>Sync</c>.</summary>
public sealed partial class SyncOptions : IValidatableObject
{
    public const string Section = "Sync";

    /// <summary>The sources by name: <c>Sync:Sources:&lt;name&gt;:Kind</c> and so on.</summary>
    public IDictionary<string, SourceOptions> Sources { get; } =
        new Dictionary<string, SourceOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Lets web sources connect to this machine and its network. Without it only public addresses are asked.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>The share of a source's files that one run may remove; more stop the run before it changes anything.</summary>
    [Range(0.0, 1.0)]
    public double MaxDeletedShare { get; set; } = .2;

    /// <summary>The number of files that one run may remove in any case.</summary>
    [Range(0, 1_000_000)]
    public int MinDeletedFiles { get; set; } = 10;

    /// <summary>The most files of a source.</summary>
    [Range(1, 10_000_000)]
    public int MaxFiles { get; set; } = 1_000_000;

    /// <summary>The most pages of a web source.</summary>
    [Range(1, 1_000_000)]
    public int MaxPages { get; set; } = 10_000;

    /// <summary>The most bytes that one run takes from a web source.</summary>
    [Range(1, long.MaxValue)]
    public long MaxWebBytes { get; set; } = 1L << 30;

    /// <summary>How long one page of a web source may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan PageTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause between two requests to a web source.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan PagePause { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The name that web servers and their robots.txt know this program by.</summary>
    [RegularExpression("[A-Za-z_-]{1,64}", ErrorMessage = "UserAgent must be 1 to 64 letters, '_' or '-'.")]
    public string UserAgent { get; set; } = "RagAspire";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, source) in Sources)
        {
            if (!Name().IsMatch(name))
            {
                yield return Invalid(name, null, "The name of a source is 1 to 64 lower-case letters, digits, '_' or '-'.");
            }

            foreach (var (setting, reason) in source.Problems())
            {
                yield return Invalid(name, setting, reason);
            }
        }
    }

    private static ValidationResult Invalid(string source, string? setting, string reason) =>
        new(reason, [setting is null ? $"{nameof(Sources)}:{source}" : $"{nameof(Sources)}:{source}:{setting}"]);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_-]{0,63}\z")]
    private static partial Regex Name();
}
