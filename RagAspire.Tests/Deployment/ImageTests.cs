using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
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
        var inside = manifest["Layers"]!.AsArray().SelectMany(layer => Names(files[$"{layer}"])).ToHashSet();

        Assert.Contains("ragaspire/worker:1.0.0", manifest["RepoTags"]!.AsArray().Select(tag => $"{tag}"));
        Assert.Equal("1654", $"{config["User"]}");
        Assert.Equal("8001/tcp", Assert.Single(config["ExposedPorts"]!.AsObject()).Key);
        Assert.Contains("RagAspire.Worker.dll", $"{config["Entrypoint"]}{config["Cmd"]}");
        Assert.Superset(new HashSet<string> { "ASPNETCORE_HTTP_PORTS=8001", "TMPDIR=/tmp", "HOME=/tmp", "RAGASPIRE_DATA=/data" }, environment);
        Assert.Equal("true", $"{config["Labels"]!["ragaspire.deployment"]}");
        Assert.Equal("RagAspire worker", $"{config["Labels"]!["org.opencontainers.image.title"]}");
        Assert.Superset(
            new HashSet<string> { "etc/base", "app/RagAspire.Worker.dll", "app/RagAspire.Extractor.dll", "app/RagAspire.Extractor.runtimeconfig.json" },
            inside);
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

    private static IEnumerable<string> Names(byte[] layer)
    {
        using var tar = new TarReader(new GZipStream(new MemoryStream(layer), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            yield return entry.Name.TrimStart('/');
        }
    }
}
