using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace RagAspire.Maintenance.Tasks;

/// <summary>Reads the expiry of each configured certificate. An unreadable or expired one is a failure.</summary>
public sealed class Certificates(
    IOptions<CertificateOptions> options, StoredMetrics metrics, TimeProvider time) : IMaintenanceTask
{
    public string Name => "certificates";

    public string Summary => "Reads when the configured certificates, of files and TLS servers, expire.";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        var report = new ReportBuilder();
        var expiries = new List<StoredMetric>();
        List<(string Name, Func<Task<X509Certificate2>> Read)> sources =
        [
            .. options.Value.Files.Select(file => (file.Split('|')[0], Lazily(() => Task.FromResult(FromFile(file))))),
            .. options.Value.Endpoints.Select(endpoint => (endpoint, Lazily(() => FromServerAsync(endpoint, cancellationToken)))),
        ];
        foreach (var (name, read) in sources)
        {
            report.Examined++;
            context.Report(report.Examined, sources.Count, name);
            try
            {
                using var certificate = await read();
                Check(name, certificate, report);
                var expiry = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
                var labels = new Dictionary<string, string> { ["certificate"] = name };
                expiries.Add(new StoredMetric(MaintenanceMetrics.Certificates, labels, expiry.ToUnixTimeSeconds()));
            }
            catch (Exception ex) when (ex is CryptographicException or IOException or SocketException or AuthenticationException
                or UnauthorizedAccessException or UriFormatException or TimeoutException)
            {
                report.Fail($"{name} cannot be read: {ex.Message}");
            }
        }

        if (!context.DryRun)
        {
            await metrics.ReplaceAsync(MaintenanceMetrics.Certificates, expiries, cancellationToken);
        }

        if (sources.Count == 0)
        {
            report.Note("No certificates are configured (Maintenance:Certificates).");
        }

        return report.Build();
    }

    private static Func<Task<X509Certificate2>> Lazily(Func<Task<X509Certificate2>> read) => read;

    private void Check(string name, X509Certificate2 certificate, ReportBuilder report)
    {
        var left = certificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime;
        report.After($"{name}.days", Math.Round(left.TotalDays, 1));
        if (left < TimeSpan.Zero)
        {
            report.Fail(FormattableString.Invariant($"{name} expired on {certificate.NotAfter:yyyy-MM-dd}."));
        }
        else if (left.TotalDays < options.Value.WarnDays)
        {
            report.Note(FormattableString.Invariant(
                $"{name} expires in {left.TotalDays:0} days, on {certificate.NotAfter:yyyy-MM-dd}."));
        }
    }

    /// <summary>The certificate of a file; of several in a PEM file the one that expires first.</summary>
    private static X509Certificate2 FromFile(string setting)
    {
        if (setting.Split('|', 2) is [var store, var password])
        {
            return X509CertificateLoader.LoadPkcs12FromFile(store, password);
        }

        var text = File.ReadAllText(setting);
        if (!text.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
        {
            return X509CertificateLoader.LoadCertificateFromFile(setting);
        }

        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(text);
        return chain.MinBy(certificate => certificate.NotAfter)!;
    }

    private async Task<X509Certificate2> FromServerAsync(string endpoint, CancellationToken cancellationToken)
    {
        var address = new Uri(endpoint.Contains("://", StringComparison.Ordinal) ? endpoint : $"https://{endpoint}");
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Value.Timeout);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port, timeout.Token);

            // Only the dates matter here, so an untrusted or expired certificate must be accepted.
#pragma warning disable CA5359
            await using var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
            var authentication = new SslClientAuthenticationOptions { TargetHost = address.Host };
            await stream.AuthenticateAsClientAsync(authentication, timeout.Token);
            return X509CertificateLoader.LoadCertificate(stream.RemoteCertificate!.GetRawCertData());
        }
        catch (OperationCanceledException ex) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {options.Value.Timeout}", ex);
        }
    }
}
