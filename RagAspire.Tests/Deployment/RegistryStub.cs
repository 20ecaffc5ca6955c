using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RagAspire.Embedded;

namespace RagAspire.Tests.Deployment;

/// <summary>
/// A registry of container images with one image, <c>base</c>, which is empty but for a file and known by its digest.
/// </summary>
internal sealed class RegistryStub : IAsyncDisposable
{
    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";

    private readonly WebApplication _app;
    private readonly Dictionary<string, (string Type, byte[] Bytes)> _blobs = [];
    private readonly byte[] _manifest;

    private RegistryStub(int port)
    {
        Host = $"localhost:{port}";
        var tar = Tar();
        var layer = Add("application/vnd.docker.image.rootfs.diff.tar.gzip", Compress(tar));
        var config = Add("application/vnd.docker.container.image.v1+json", JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = "amd64",
            os = "linux",
            config = new { Env = new[] { "PATH=/usr/bin", "APP_UID=1654" }, WorkingDir = "/" },
            rootfs = new { type = "layers", diff_ids = new[] { Of(tar) } },
            history = new[] { new { created = "2026-01-01T00:00:00Z", created_by = "base" } },
        }));
        _manifest = JsonSerializer.SerializeToUtf8Bytes(
            new { schemaVersion = 2, mediaType = ManifestType, config, layers = new[] { layer } });

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add($"http://{Host}");
        string[] reads = [HttpMethods.Get, HttpMethods.Head];
        _app.MapMethods("/v2/", reads, () => Results.Ok());
        _app.MapMethods("/v2/base/manifests/{reference}", reads, (string reference) => reference == Digest
            ? Results.Bytes(_manifest, ManifestType)
            : Results.NotFound());
        _app.MapMethods("/v2/base/blobs/{digest}", reads, (string digest) => _blobs.TryGetValue(digest, out var blob)
            ? Results.Bytes(blob.Bytes, blob.Type)
            : Results.NotFound());
    }

    public string Host { get; }

    /// <summary>Of the manifest.</summary>
    public string Digest => Of(_manifest);

    public static async Task<RegistryStub> StartAsync()
    {
        var registry = new RegistryStub(FreePort.Next());
        await registry._app.StartAsync(TestContext.Current.CancellationToken);
        return registry;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private object Add(string mediaType, byte[] bytes)
    {
        var digest = Of(bytes);
        _blobs[digest] = (mediaType, bytes);
        return new { mediaType, digest, size = bytes.Length };
    }

    private static string Of(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    private static byte[] Tar()
    {
        using var file = new MemoryStream();
        using (var writer = new TarWriter(file, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "etc/base") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes("base")) });
        }

        return file.ToArray();
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }
}
