using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Files;

/// <summary>A program to run. What is secret goes into the environment, never among the arguments.</summary>
internal sealed record ToolCall(string Program, IReadOnlyList<string> Arguments)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Variables of ours that begin so are not passed on: they are meant for somebody else.</summary>
    public string? Withheld { get; init; }
}

/// <summary>Runs a program between two streams, gently, and ends it with whatever goes wrong on either side.</summary>
internal static class ToolProcess
{
    private const int SaidAtMost = 4000;

    /// <param name="feed">Writes what the program reads; null for nothing.</param>
    /// <param name="drain">Reads what the program writes; null when it is not of interest.</param>
    /// <exception cref="MaintenanceException">The program is missing or failed; the message has what it said.</exception>
    public static async Task RunAsync(
        ToolCall call, Func<Stream, Task>? feed, Func<Stream, Task>? drain, CancellationToken cancellationToken)
    {
        using var process = Start(call);
        await using var ending = cancellationToken.Register(() => Kill(process));
        var said = SaidAsync(process.StandardError);
        var feeding = FeedAsync(process, feed);
        var draining = DrainAsync(process, drain);
        try
        {
            await Task.WhenAll(feeding, draining);
            await process.WaitForExitAsync(cancellationToken);
        }
        catch
        {
            Kill(process);
            await Task.WhenAll(feeding, draining).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
        {
            throw new MaintenanceException($"{Path.GetFileName(call.Program)} failed ({process.ExitCode}): {await said}");
        }
    }

    /// <summary>What a program prints, as text.</summary>
    public static async Task<string> OutputAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var output = "";
        await RunAsync(
            call,
            feed: null,
            async stream =>
            {
                using var reader = new StreamReader(stream);
                output = await reader.ReadToEndAsync(cancellationToken);
            },
            cancellationToken);
        return output;
    }

    private static Process Start(ToolCall call)
    {
        var info = new ProcessStartInfo(call.Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in call.Arguments)
        {
            info.ArgumentList.Add(argument);
        }

        foreach (var name in info.Environment.Keys.Where(name => call.Withheld is { } start && name.StartsWith(start, StringComparison.Ordinal)).ToList())
        {
            info.Environment.Remove(name);
        }

        info.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in call.Environment)
        {
            info.Environment[name] = value;
        }

        try
        {
            var process = Process.Start(info)!;
            YieldToOthers(process);
            return process;
        }
        catch (Win32Exception ex)
        {
            throw new MaintenanceException($"{call.Program} cannot be started: {ex.Message}. Install it, or put its directory on the PATH.", ex);
        }
    }

    // People are searching meanwhile.
    private static void YieldToOthers(Process process)
    {
        try
        {
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception ex) when (ex is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            // Over already, or not ours to decide.
        }
    }

    private static async Task FeedAsync(Process process, Func<Stream, Task>? feed)
    {
        try
        {
            if (feed is not null)
            {
                await feed(new ProgramInput(process.StandardInput.BaseStream));
            }
        }
        catch (ProgramInput.ClosedException)
        {
            // It wants no more, or it failed: its exit code tells.
        }
        catch
        {
            // Before its input ends: a program must not take the half for the whole.
            Kill(process);
            throw;
        }

        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has gone before.
        }
    }

    private static async Task DrainAsync(Process process, Func<Stream, Task>? drain)
    {
        try
        {
            await (drain?.Invoke(process.StandardOutput.BaseStream) ?? process.StandardOutput.BaseStream.CopyToAsync(Stream.Null));
        }
        catch
        {
            Kill(process);
            throw;
        }
    }

    private static async Task<string> SaidAsync(StreamReader errors)
    {
        var said = new StringBuilder();
        while (await errors.ReadLineAsync() is { } line)
        {
            if (said.Length + line.Length < SaidAtMost)
            {
                said.AppendLine(line);
            }
        }

        return said.ToString().Trim();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception ex) when (ex is InvalidOperationException or Win32Exception)
        {
            // Over already.
        }
    }

    /// <summary>Tells a program that closed its input from a source that failed.</summary>
    private sealed class ProgramInput(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                await inner.WriteAsync(buffer, cancellationToken);
            }
            catch (IOException ex)
            {
                throw new ClosedException(ex);
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public sealed class ClosedException(Exception inner) : Exception(inner.Message, inner);
    }
}
