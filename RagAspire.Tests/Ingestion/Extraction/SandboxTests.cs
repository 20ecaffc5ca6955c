using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using RagAspire.Embedded;
using RagAspire.Escape;
using RagAspire.Extraction;
using RagAspire.Extraction.Messages;
using RagAspire.Ingestion.Extraction;
using RagAspire.Tests.Extraction;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Ingestion.Extraction;

/// <summary>A parser that was taken over cannot get out of the sandbox, which outside of it succeeds.</summary>
public sealed class SandboxTests
{
    private const int ProgramOfItsOwn = 7;
    private const UnixFileMode Everybody = (UnixFileMode)0b111_111_111;

    private static readonly string[] Refused =
    [
        "read a secret file", "read a file of everybody", "list the folder", "read the parent's environment",
        "read the parent's memory", "list processes", "find a secret in the environment", "use an inherited handle",
        "write a file", "delete a file", "connect by TCP", "connect to a socket file", "listen", "send a datagram",
        "run a program", "trace the parent", "signal the parent", "signal every process", "become the administrator",
        "make a namespace", "change the root", "become another program",
    ];

    [Fact]
    public async Task Nothing_that_an_intruder_tries_succeeds_inside()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The sandbox is for Linux.");

        var (results, exitCode) = await TryAsync(isSandboxed: true);

        Assert.All(SandboxLayers.All, layer => Assert.Equal("holds", results[$"layer {layer}"]));
        Assert.Equal("done", results["work"]);
        Assert.All(Refused, attempt => Assert.StartsWith("refused", results[attempt], StringComparison.Ordinal));
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task The_same_attempts_succeed_outside_except_for_the_environment()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Some attempts need the administrator.");

        var (results, exitCode) = await TryAsync(isSandboxed: false);

        string[] neverThere = ["find a secret in the environment"];
        Assert.All(
            Refused.Except(neverThere).SkipLast(1), attempt => Assert.Equal($"{attempt}: done", $"{attempt}: {results[attempt]}"));
        Assert.All(neverThere, attempt => Assert.StartsWith("refused", results[attempt], StringComparison.Ordinal));
        Assert.Equal(ProgramOfItsOwn, exitCode);
    }

    [Fact]
    public async Task The_extractor_tells_that_every_layer_holds()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The sandbox is for Linux.");
        await using var extractor = Samples.Extractor();

        var layers = await extractor.PrepareAsync(Token);

        Assert.Equal(SandboxLayers.All.Select(name => new SandboxLayer(name)), layers);
    }

    [Fact]
    public async Task Without_a_sandbox_the_extractor_says_so_and_reads()
    {
        await using var extractor = Samples.Extractor(options => options.Sandbox = SandboxMode.Off);
        using var file = await Samples.WriteAsync("Some text."u8.ToArray());

        var layers = await extractor.PrepareAsync(Token);

        Assert.All(layers, layer => Assert.Contains("switched off", layer.Missing, StringComparison.Ordinal));
        Assert.Single((await extractor.ExtractAsync(file.Path, ContentTypes.Text, null, Token)).Blocks);
    }

    [Fact]
    public void A_required_sandbox_that_is_incomplete_refuses_with_the_layer_and_its_reason()
    {
        SandboxLayer[] layers = [new(SandboxLayers.Landlock, "the kernel has no landlock"), new(SandboxLayers.Seccomp)];

        var refused = Assert.Throws<SandboxUnavailableException>(() => ExtractorStarter.Demand(SandboxMode.Required, layers));

        Assert.Contains("landlock (the kernel has no landlock)", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("seccomp", refused.Message, StringComparison.Ordinal);
        ExtractorStarter.Demand(SandboxMode.Preferred, layers);
        ExtractorStarter.Demand(SandboxMode.Required, layers[1..]);
    }

    /// <summary>Runs the intruder as the extractor is run, with secrets around it.</summary>
    private static async Task<(IReadOnlyDictionary<string, string> Results, int ExitCode)> TryAsync(bool isSandboxed)
    {
        // Not the name of a setting: the processes of tests that run meanwhile inherit it too.
        Environment.SetEnvironmentVariable("SECRET_OF_THE_PARENT", "Password=hidden");
        using var folder = TestDirectory.Create("sandbox");
        var target = Prepare(folder.Path);
        using var listener = new TcpListener(IPAddress.Loopback, target.Port);
        listener.Start();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(target.Socket));
        socket.Listen();
        Open(target.Socket, Everybody);
        var inherited = CLibrary.OpenInheritable(folder.Path);
        try
        {
            return await RunAsync(target with { Port = ((IPEndPoint)listener.LocalEndpoint).Port }, isSandboxed);
        }
        finally
        {
            CLibrary.Close(inherited);
        }
    }

    private static Target Prepare(string folder)
    {
        Open(folder, Everybody);
        var target = new Target(
            Path.Combine(folder, "secret"), Path.Combine(folder, "readable"), folder, Environment.ProcessId, 0,
            Path.Combine(folder, "socket"));
        File.WriteAllText(target.Secret, "Password=hidden");
        Open(target.Secret, UnixFileMode.UserRead);
        File.WriteAllText(target.Readable, "text");
        Open(target.Readable, Everybody);
        return target;
    }

    private static void Open(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private static async Task<(IReadOnlyDictionary<string, string> Results, int ExitCode)> RunAsync(
        Target target, bool isSandboxed)
    {
        var start = ExtractorCommand.Create(new ExtractionOptions(), BuildOutput.Of("RagAspire.Escape"), isSandboxed);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Token);
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(target));
        await process.StandardInput.FlushAsync(Token);
        var lines = (await process.StandardOutput.ReadToEndAsync(Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync(Token);
        var output = await errors;
        Assert.True(lines.Length > Refused.Length / 2, output);
        return (lines.Select(line => line.Split(": ", 2)).ToDictionary(line => line[0], line => line[1]), process.ExitCode);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
