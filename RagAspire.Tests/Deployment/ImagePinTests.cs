using System.Diagnostics;
using System.Text.RegularExpressions;
using RagAspire.Tests.Support;
using static RagAspire.Tests.Deployment.DeploymentFiles;

namespace RagAspire.Tests.Deployment;

public sealed partial class ImagePinTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void Images_of_others_are_pinned_by_digest()
    {
        var images = new[] { Compose, Stack }.SelectMany(file => file["services"]!.AsObject())
            .Select(service => $"{service.Value!["image"]}")
            // The product's own have variables for registry and tag.
            .Where(image => !image.StartsWith('$'))
            .Concat(Directory.GetFiles(Path.Combine(Root, "images"), "*.Dockerfile").SelectMany(File.ReadAllLines)
                .Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)).Select(line => line[5..]))
            .Distinct().ToList();

        Assert.True(images.Count > 12);
        Assert.All(images, image => Assert.Matches(PinnedImage(), image));
    }

    [Fact]
    public async Task The_script_pins_each_image_to_the_digest_of_its_tag_in_all_files()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no bash.");
        using var copy = TestDirectory.Create("pins");
        string[] files =
        [
            "eng/pin-images.sh", "deploy/compose/compose.yaml", "deploy/swarm/stack.yaml", "RagAspire.AppHost/ContainerImages.cs",
            "eng/Container.targets",
            .. Directory.GetFiles(Path.Combine(Root, "images"), "*.Dockerfile").Select(file => $"deploy/images/{Path.GetFileName(file)}"),
        ];
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy.Path, file))!);
            File.Copy(Path.Combine(BuildOutput.RepositoryRoot, file), Path.Combine(copy.Path, file));
        }

        var digest = $"sha256:{new string('a', 64)}";
        var docker = Path.Combine(copy.Path, "docker");
        await File.WriteAllTextAsync(docker, $"#!/bin/sh\n[ \"$1 $2 $3\" = 'buildx imagetools inspect' ] && echo {digest}\n", Cancelled);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        Assert.Equal(1, await PinAsync(copy.Path, "--check"));
        Assert.Equal(0, await PinAsync(copy.Path));
        Assert.Equal(0, await PinAsync(copy.Path, "--check"));
        Assert.All(files.Skip(1), file => Assert.Equal(
            AnyDigest().Replace(File.ReadAllText(Path.Combine(BuildOutput.RepositoryRoot, file)), ""),
            File.ReadAllText(Path.Combine(copy.Path, file)).Replace($"@{digest}", "")));
        Assert.All(
            files.Skip(1),
            file => Assert.DoesNotMatch(PinnedElsewhere(), File.ReadAllText(Path.Combine(copy.Path, file))));
    }

    private static async Task<int> PinAsync(string root, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(root, "eng", "pin-images.sh"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{root}:{start.Environment["PATH"]}";
        using var process = Process.Start(start)!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(Cancelled), process.StandardError.ReadToEndAsync(Cancelled));
        await process.WaitForExitAsync(Cancelled);
        return process.ExitCode;
    }

    [GeneratedRegex("^[a-z0-9./_-]+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}$")]
    private static partial Regex PinnedImage();

    [GeneratedRegex("@sha256:(?!a{64})")]
    private static partial Regex PinnedElsewhere();

    [GeneratedRegex("@sha256:[0-9a-f]{64}")]
    private static partial Regex AnyDigest();
}
