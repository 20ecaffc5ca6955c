using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RagAspire.Embedded;

namespace RagAspire.TestSupport.Processes;

/// <summary>The installed nginx with the configuration of <c>deploy/nginx</c>, on free ports, with its own certificate.</summary>
public sealed class LoadBalancer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(20);

    private readonly string _directory;
    private X509Certificate2 _certificate = Certificate();
    private BackgroundProgram? _program;

    /// <param name="directory">Gets the configuration, temporary files and the certificate.</param>
    /// <param name="replicas">Stand for <c>api-1</c>, <c>api-2</c>, …</param>
    /// <param name="upstream">The file that names the replicas.</param>
    /// <param name="web">Stands for <c>web</c>; null for none.</param>
    public LoadBalancer(string directory, IReadOnlyList<Uri> replicas, string upstream = "upstream.conf", Uri? web = null)
    {
        _directory = directory;
        Write("upstream.conf", replicas.Index().Aggregate(
            Shipped(upstream).Replace("web:8002", web?.Authority ?? "web:8002"), (text, replica) => text.Replace($"api-{replica.Index + 1}:8000", replica.Item.Authority)));
        Write("nginx.conf", Shipped("nginx.conf")
            .Replace("listen 80;", $"listen 127.0.0.1:{PlainAddress.Port};")
            .Replace("listen 443 ssl", $"listen 127.0.0.1:{Address.Port} ssl")
            .Replace("/tmp/", $"{directory}/"));
        Directory.CreateDirectory(CertificateFolder);
        WriteCertificate(CertificateFolder);
    }

    public Uri Address { get; } = new($"https://127.0.0.1:{FreePort.Next()}");

    public Uri PlainAddress { get; } = new($"http://127.0.0.1:{FreePort.Next()}");

    /// <summary>Where nginx looks for the certificate.</summary>
    public string CertificateFolder => Path.Combine(_directory, "certificates");

    /// <summary>Its access log and its errors.</summary>
    public string Output => _program?.Output ?? "";

    /// <returns>What nginx says about the configuration, and whether it accepts it.</returns>
    public async Task<(bool IsValid, string Output)> CheckAsync(CancellationToken cancellationToken)
    {
        await using var check = BackgroundProgram.Start(
            "nginx", ["-p", _directory, "-c", "nginx.conf", "-g", Directives, "-t"], []);
        await check.WaitForExitAsync(cancellationToken);
        return (check.ExitCode == 0, check.Output);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _program = BackgroundProgram.Start(
            "/bin/sh",
            [Path.Combine(BuildOutput.RepositoryRoot, "deploy", "nginx", "start.sh"), "-p", _directory, "-c", "nginx.conf"],
            new Dictionary<string, string>
            {
                ["CERTIFICATES"] = Path.Combine(_directory, "certificates"),
                ["NGINX_DIRECTIVES"] = Directives,
                ["WATCH_SECONDS"] = "1",
            });
        return _program.WaitUntilReadyAsync(new Uri(PlainAddress, "/nginx-health"), StartTimeout, cancellationToken);
    }

    /// <summary>Whether this is the certificate that nginx has, or is to take.</summary>
    public bool IsOwn(X509Certificate? shown) => shown?.GetCertHashString() == _certificate.GetCertHashString();

    /// <summary>A client that accepts this certificate and no other.</summary>
    /// <param name="from">The address of this machine that the client has, for limits by address.</param>
    public HttpClient Client(IPAddress? from = null)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => IsOwn(shown);
        if (from is not null)
        {
            handler.ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(from, 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            };
        }

        return new HttpClient(handler)
        {
            BaseAddress = Address,
            DefaultRequestVersion = HttpVersion.Version20,
            Timeout = TimeSpan.FromMinutes(1),
        };
    }

    /// <summary>Makes another certificate, as an authority would, and expects it from now on.</summary>
    /// <returns>A folder with the files by the names that certbot gives them.</returns>
    public string RenewCertificate()
    {
        _certificate.Dispose();
        _certificate = Certificate();
        var lineage = Directory.CreateDirectory(Path.Combine(_directory, "renewed")).FullName;
        WriteCertificate(lineage, "fullchain.pem", "privkey.pem");
        return lineage;
    }

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.DisposeAsync();
        }

        _certificate.Dispose();
    }

    private static string Shipped(string file) =>
        File.ReadAllText(Path.Combine(BuildOutput.RepositoryRoot, "deploy", "nginx", file));

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    // As root nginx would run its workers as a user who may not see the directory.
    private static string Directives => Environment.IsPrivilegedProcess ? "user root;" : "";

    private void WriteCertificate(string folder, string certificate = "tls.crt", string key = "tls.key")
    {
        File.WriteAllText(Path.Combine(folder, certificate), _certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, key), _certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_directory, file), text);
}
