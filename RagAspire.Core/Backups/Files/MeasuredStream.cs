using System.Globalization;
using System.Security.Cryptography;

namespace RagAspire.Backups.Files;

/// <summary>How fast a stream may go.</summary>
/// <param name="BytesPerSecond">At most; zero for no limit.</param>
/// <param name="Rests">
/// Works in short stretches with longer rests between them. Whatever feeds the stream or is fed by it rests with it: dump
/// program, cipher and the database's own process, whose priority nobody can lower.
/// </param>
public readonly record struct StreamThrottle(long BytesPerSecond, bool Rests);

/// <summary>Counts and hashes what goes through it in either direction, and slows it down where that is wished.</summary>
internal sealed class MeasuredStream(Stream inner, StreamThrottle pace = default) : Stream
{
    /// <summary>Shorter than a search takes, so that none waits for much longer than that.</summary>
    private static readonly TimeSpan Stretch = TimeSpan.FromMilliseconds(4);

    /// <summary>Where a stretch was long, it was spent on waiting for a slow disk or network, which is a rest already.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(30);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly long _startedAt = TimeProvider.System.GetTimestamp();
    private long _workingSince = TimeProvider.System.GetTimestamp();
    private string? _sha256;

    public long Bytes { get; private set; }

    /// <summary>Of all that went through; nothing may follow.</summary>
    public string Sha256 => _sha256 ??= Convert.ToHexStringLower(_hash.GetHashAndReset());

    public override bool CanRead => inner.CanRead;

    public override bool CanWrite => inner.CanWrite;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => Bytes;
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, cancellationToken);
        await PassedAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        await PassedAsync(buffer[..read], cancellationToken);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override void Write(byte[] buffer, int offset, int count)
    {
        inner.Write(buffer, offset, count);
        Count(buffer.AsSpan(offset, count));
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        Count(buffer.AsSpan(offset, read));
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask PassedAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Count(bytes.Span);
        var (rest, early) = (Rest(), Early());
        if (rest > TimeSpan.Zero || early > LongestRest)
        {
            await Task.Delay(rest > early ? rest : early, TimeProvider.System, cancellationToken);
            _workingSince = TimeProvider.System.GetTimestamp();
        }
    }

    private TimeSpan Rest()
    {
        var worked = TimeProvider.System.GetElapsedTime(_workingSince);
        return !pace.Rests || worked < Stretch ? TimeSpan.Zero : worked * 3 < LongestRest ? worked * 3 : LongestRest;
    }

    private TimeSpan Early() => pace.BytesPerSecond == 0
        ? TimeSpan.Zero
        : TimeSpan.FromSeconds((double)Bytes / pace.BytesPerSecond) - TimeProvider.System.GetElapsedTime(_startedAt);

    private void Count(ReadOnlySpan<byte> bytes)
    {
        Bytes += bytes.Length;
        _hash.AppendData(bytes);
    }
}

/// <summary>Sizes as people read them.</summary>
internal static class Sizes
{
    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

    public static string Of(long bytes)
    {
        var (size, unit) = ((double)bytes, 0);
        while (size >= 1024 && unit < Units.Length - 1)
        {
            (size, unit) = (size / 1024, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {Units[unit]}");
    }
}
