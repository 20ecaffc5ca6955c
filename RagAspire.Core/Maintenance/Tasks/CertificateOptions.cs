using System.ComponentModel.DataAnnotations;

namespace RagAspire.Maintenance.Tasks;

/// <summary>The certificates that are checked; section <c>Maintenance:Certificates</c>.</summary>
public sealed class CertificateOptions
{
    public const string Section = "Maintenance:Certificates";

    /// <summary>Files in PEM or DER, or in PKCS #12 with the password after a bar: <c>/etc/tls/api.pfx|secret</c>.</summary>
    public IList<string> Files { get; } = [];

    /// <summary>TLS servers, as <c>host:port</c> or <c>https://host</c>.</summary>
    public IList<string> Endpoints { get; } = [];

    /// <summary>Days before the expiry from which the report warns.</summary>
    [Range(1, 3_650)]
    public int WarnDays { get; set; } = 30;

    /// <summary>How long a server may take to present its certificate.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}
