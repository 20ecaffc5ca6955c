using System.Diagnostics;
using System.Globalization;
using RagAspire.Extraction.Messages;

namespace RagAspire.Ingestion.Extraction;

/// <summary>
/// Runs a program of the system on untrusted bytes, as locked in as the extractor: what it reads comes over a pipe, and so does
/// what it writes. The kernel limits its memory and its processor time.
/// </summary>
internal sealed class ConfinedProgram(ExtractionOptions options, TimeProvider time)
{
    private const int ClockFactor = 4;
    private const int MaxErrors = 2000;

    /// <summary>The path of a program that the system has; null when it has none of this name.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name))
            .FirstOrDefault(File.Exists);

    /// <param name="input">Read from its start.</param>
    /// <param name="maxBytes">Of what the program writes.</param>
    /// <returns>What it has written; the reason why it failed, or null.</returns>
    public async Task<(byte[] Output, string? Failure)> RunAsync(
        string path, IReadOnlyList<string> arguments, Stream input, int maxBytes, CancellationToken cancellationToken)
    {
        using var process = Process.Start(Command(path, arguments)) ?? throw new InvalidOperationException($"{path} did not start.");
        using var limit = new CancellationTokenSource(ClockFactor * options.StallLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        await using var cancelling = either.Token.UnsafeRegister(static process => Kill((Process)process!), process);
        var errors = ReadAsync(process.StandardError.BaseStream, MaxErrors, process: null);
        var sending = SendAsync(input, process.StandardInput.BaseStream, either.Token);
        var output = await ReadAsync(process.StandardOutput.BaseStream, maxBytes, process);
        await sending;
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        var failure = limit.IsCancellationRequested ? "it took too long"
            : output.Length > maxBytes ? "it wrote too much"
            : process.ExitCode != 0 ? $"exit code {process.ExitCode}: {System.Text.Encoding.UTF8.GetString(await errors).Trim()}"
            : null;
        return (output, failure);
    }

    private ProcessStartInfo Command(string path, IReadOnlyList<string> arguments)
    {
        var isConfined = OperatingSystem.IsLinux() && options.Sandbox != SandboxMode.Off;
        var start = isConfined
            ? ExtractorCommand.Create(options, ExtractorCommand.Assembly, isSandboxed: false)
            : ExtractorCommand.Bare(path);
        string[] confined =
        [
            ExtractorArguments.Program,
            ((long)options.MemoryMegabytes * 1024 * 1024).ToString(CultureInfo.InvariantCulture),
            Math.Ceiling(options.StallLimit.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            path,
        ];
        foreach (var argument in isConfined ? confined.Concat(arguments) : arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    // A program that has seen enough, or has ended, closes the pipe.
    private static async Task SendAsync(Stream input, Stream pipe, CancellationToken cancellationToken)
    {
        try
        {
            input.Position = 0;
            await using (pipe)
            {
                await input.CopyToAsync(pipe, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
        }
    }

    /// <param name="process">Ends when it writes more than it may; null to read on and keep the beginning.</param>
    private static async Task<byte[]> ReadAsync(Stream pipe, int maxBytes, Process? process)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (await pipe.ReadAsync(buffer) is > 0 and var count)
        {
            if (process is not null && kept.Length > maxBytes)
            {
                Kill(process);
            }
            else if (kept.Length <= maxBytes)
            {
                kept.Write(buffer, 0, count);
            }
        }

        return kept.ToArray();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}
