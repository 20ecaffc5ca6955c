using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace RagAspire.Maintenance.Tasks;

/// <summary>Reads when each configured certificate expires. One that cannot be read or has expired is a failure.</summary>
public sealed class Certificates(IOptions<CertificateOptions> options, StoredMetrics figures, TimeProvider time) : IMaintenanceTask
{
    public string Name => "certificates";

    public string Summary => "Reads when the configured certificates, of files and TLS servers, expire.";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        var tally = new ReportBuilder();
        var found = new List<StoredMetric>();
        List<(string Name, Func<Task<X509Certificate2>> Read)> sources =
        [
            .. options.Value.Files.Select(file => (file.Split('|')[0], (Func<Task<X509Certificate2>>)(() => Task.FromResult(FromFile(file))))),
            .. options.Value.Endpoints.Select(endpoint => (endpoint, (Func<Task<X509Certificate2>>)(() => FromServerAsync(endpoint, cancellationToken)))),
        ];
        foreach (var (name, read) in sources)
        {
            tally.Examined++;
            context.Report(tally.Examined, sources.Count, name);
            try
            {
                using var certificate = await read();
                Judge(name, certificate, tally);
                var end = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
                found.Add(new StoredMetric(
                    MaintenanceMetrics.Certificates, new Dictionary<string, string> { ["certificate"] = name }, end.ToUnixTimeSeconds()));
            }
            catch (Exception ex) when (ex is CryptographicException or IOException or SocketException or System.Security.Authentication.AuthenticationException
                or UnauthorizedAccessException or UriFormatException or TimeoutException)
            {
                tally.Fail($"{name} cannot be read: {ex.Message}");
            }
        }

        if (!context.DryRun)
        {
            await figures.ReplaceAsync(MaintenanceMetrics.Certificates, found, cancellationToken);
        }

        if (sources.Count == 0)
        {
            tally.Note("No certificates are configured (Maintenance:Certificates).");
        }

        return tally.Report();
    }

    private void Judge(string name, X509Certificate2 certificate, ReportBuilder tally)
    {
        var left = certificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime;
        tally.After($"{name}.days", Math.Round(left.TotalDays, 1));
        if (left < TimeSpan.Zero)
        {
            tally.Fail(FormattableString.Invariant($"{name} expired on {certificate.NotAfter:yyyy-MM-dd}."));
        }
        else if (left.TotalDays < options.Value.WarnDays)
        {
            tally.Note(FormattableString.Invariant($"{name} expires in {left.TotalDays:0} days, on {certificate.NotAfter:yyyy-MM-dd}."));
        }
    }

    /// <summary>The certificate of a file; of several in one PEM file the one that expires first.</summary>
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
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(options.Value.PatienceSeconds));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port, patience.Token);

            // Whether it is trusted is for its users to say; here only its dates count, of expired ones above all.
#pragma warning disable CA5359
            await using var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.Host }, patience.Token);
            return X509CertificateLoader.LoadCertificate(stream.RemoteCertificate!.GetRawCertData());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {options.Value.PatienceSeconds} s");
        }
    }
}
