using System.ComponentModel.DataAnnotations;

namespace RagAspire.Monitoring;

/// <summary>
/// The Prometheus server whose history is read; section <c>Prometheus</c>. The AppHost sets it where it runs one.
/// </summary>
public sealed class PrometheusOptions
{
    public const string Section = "Prometheus";

    /// <summary>The address of its HTTP API; empty when there is none.</summary>
    [RegularExpression("^(https?://.+)?$", ErrorMessage = "Prometheus:Url must be an http or https address.")]
    public string Url { get; set; } = "";

    /// <summary>A bearer token, for a server that asks for one.</summary>
    public string Token { get; set; } = "";

    /// <summary>How long one query may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);
}
