using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
using RagAspire.Extraction.Messages;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Deployment;

/// <summary>The image of the worker as the SDK writes it to a tarball, and what the API's is made of.</summary>
public sealed class ImageTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_workers_image_has_the_extractor_inside_and_runs_without_rights()
    {
        await using var registry = await RegistryStub.StartAsync();
        using var directory = TestDirectory.Create("image");
        var archive = Path.Combine(directory.Path, "worker.tar.gz");
        await DotNetAsync(
            "publish", "RagAspire.Worker", "-c", BuildOutput.Configuration, "--no-build", "-t:PublishContainer", "-nodeReuse:false",
            $"-p:ContainerBaseImage={registry.Host}/base:1@{registry.Digest}", $"-p:ContainerArchiveOutputPath={archive}",
            $"-p:PublishDir={directory.Path}/publish/");

        var files = await ReadAsync(archive);
        var manifest = JsonNode.Parse(files["manifest.json"])![0]!;
        var image = JsonNode.Parse(files[$"{manifest["Config"]}"])!;
        var config = image["config"]!;
        var environment = config["Env"]!.AsArray().Select(variable => $"{variable}").ToHashSet();
        var inside = manifest["Layers"]!.AsArray().SelectMany(layer => Content(files[$"{layer}"])).ToDictionary();

        Assert.Contains("ragaspire/worker:1.0.0", manifest["RepoTags"]!.AsArray().Select(tag => $"{tag}"));
        Assert.Equal("1654", $"{config["User"]}");
        Assert.Equal("8001/tcp", Assert.Single(config["ExposedPorts"]!.AsObject()).Key);
        Assert.Contains("RagAspire.Worker.dll", $"{config["Entrypoint"]}{config["Cmd"]}");
        Assert.Superset(new HashSet<string> { "ASPNETCORE_HTTP_PORTS=8001", "TMPDIR=/tmp", "HOME=/tmp", "RAGASPIRE_DATA=/data" }, environment);
        Assert.Equal("true", $"{config["Labels"]!["ragaspire.deployment"]}");
        Assert.Equal("RagAspire worker", $"{config["Labels"]!["org.opencontainers.image.title"]}");
        Assert.Superset(
            new HashSet<string> { "etc/base", "app/RagAspire.Worker.dll", "app/RagAspire.Extractor.dll", "app/RagAspire.Extractor.runtimeconfig.json" },
            inside.Keys.ToHashSet());
        AssertSbom($"{config["Labels"]!["ragaspire.sbom"]}", inside);
        await AssertExtractorStartsAsync(Path.Combine(directory.Path, "publish"));
    }

    [Theory]
    [InlineData("RagAspire.Api", "ragaspire/api", "10.0-noble-chiseled-extra", "8000")]
    [InlineData("RagAspire.Worker", "ragaspire/worker", "10.0-noble", "8001")]
    [InlineData("RagAspire.Web", "ragaspire/web", "10.0-noble-chiseled-extra", "8002")]
    public async Task An_image_is_chosen_by_properties(string project, string repository, string tag, string port)
    {
        var output = await DotNetAsync(
            "msbuild", project, "-getProperty:ContainerRepository,ContainerBaseImage,ContainerUser", "-getItem:ContainerPort", "-nodeReuse:false");

        var evaluated = JsonNode.Parse(output)!;
        Assert.Equal(repository, $"{evaluated["Properties"]!["ContainerRepository"]}");
        Assert.Matches(
            $"^mcr\\.microsoft\\.com/dotnet/aspnet:{tag}@sha256:[0-9a-f]{{64}}$", $"{evaluated["Properties"]!["ContainerBaseImage"]}");
        Assert.Equal("1654", $"{evaluated["Properties"]!["ContainerUser"]}");
        Assert.Equal(port, $"{Assert.Single(evaluated["Items"]!["ContainerPort"]!.AsArray())!["Identity"]}");
    }

    /// <summary>The program by its version, its own packages and the extractor's.</summary>
    private static void AssertSbom(string path, Dictionary<string, byte[]> image)
    {
        var sbom = JsonNode.Parse(image[path.TrimStart('/')])!;
        var packages = sbom["components"]!.AsArray().Select(component => $"{component!["name"]}").ToHashSet();

        Assert.Equal("CycloneDX", $"{sbom["bomFormat"]}");
        Assert.Equal(("RagAspire.Worker", "1.0.0"), ($"{sbom["metadata"]!["component"]!["name"]}", $"{sbom["metadata"]!["component"]!["version"]}"));
        Assert.Superset(new HashSet<string> { "Npgsql", "Hangfire.AspNetCore", "PdfPig", "MimeKit" }, packages);
        Assert.DoesNotContain("xunit.v3", packages);
    }

    /// <summary>In its sandbox it reads the files of the program and cannot list them.</summary>
    private static async Task AssertExtractorStartsAsync(string folder)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sandbox on Windows.");
        await using var extractor = BackgroundProgram.Start(
            "/bin/sh", ["-c", $"dotnet RagAspire.Extractor.dll {ExtractorArguments.Sandbox} < /dev/null"], [], folder);
        await extractor.WaitForExitAsync(Cancelled);
        Assert.True(extractor.ExitCode == 0, extractor.Output);
    }

    private static async Task<string> DotNetAsync(params string[] arguments)
    {
        await using var dotnet = BackgroundProgram.Start("dotnet", arguments, [], BuildOutput.RepositoryRoot);
        await dotnet.WaitForExitAsync(Cancelled);
        Assert.True(dotnet.ExitCode == 0, dotnet.Output);
        return dotnet.Output;
    }

    /// <summary>The files of a tarball, compressed or not.</summary>
    private static async Task<Dictionary<string, byte[]>> ReadAsync(string archive)
    {
        var files = new Dictionary<string, byte[]>();
        await using var file = File.OpenRead(archive);
        var isCompressed = file.ReadByte() == 0x1f;
        file.Position = 0;
        await using var content = isCompressed ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        await using var tar = new TarReader(content);
        while (await tar.GetNextEntryAsync(copyData: true, Cancelled) is { } entry)
        {
            if (entry.DataStream is { } data)
            {
                using var copy = new MemoryStream();
                await data.CopyToAsync(copy, Cancelled);
                files[entry.Name] = copy.ToArray();
            }
        }

        return files;
    }

    /// <summary>The names in a layer, and what is in the lists of materials.</summary>
    private static IEnumerable<KeyValuePair<string, byte[]>> Content(byte[] layer)
    {
        using var tar = new TarReader(new GZipStream(new MemoryStream(layer), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            using var content = new MemoryStream();
            if (entry.Name.EndsWith("/sbom.json", StringComparison.Ordinal))
            {
                entry.DataStream!.CopyTo(content);
            }

            yield return new(entry.Name.TrimStart('/'), content.ToArray());
        }
    }
}
