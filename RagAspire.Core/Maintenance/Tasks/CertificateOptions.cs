using System.ComponentModel.DataAnnotations;

namespace RagAspire.Maintenance.Tasks;

/// <summary>Which certificates are watched; section <c>Maintenance:Certificates</c>.</summary>
public sealed class CertificateOptions
{
    public const string Section = "Maintenance:Certificates";

    /// <summary>Files, PEM or DER, or PKCS #12 with the password after a bar: <c>/etc/tls/api.pfx|secret</c>.</summary>
    public IList<string> Files { get; } = [];

    /// <summary>TLS servers, as <c>host:port</c> or <c>https://host</c>.</summary>
    public IList<string> Endpoints { get; } = [];

    /// <summary>Days before the end from which the report says so.</summary>
    [Range(1, 3_650)]
    public int WarnDays { get; set; } = 30;

    /// <summary>Seconds that a server gets to show its certificate.</summary>
    [Range(1, 120)]
    public int PatienceSeconds { get; set; } = 10;
}
