using System.Diagnostics;
using System.Security.Cryptography;

namespace RagAspire.Backups.Files;

/// <summary>Counts, hashes and throttles the bytes that are read or written through it.</summary>
/// <param name="blocks">Gets the bytes too; null for a checksum of the whole alone.</param>
internal sealed class ChecksumStream(Stream inner, StreamThrottle throttle = default, BlockChecksums? blocks = null) : Stream
{
    /// <summary>Shorter than a search takes, so that a search never waits for much longer than that.</summary>
    private static readonly TimeSpan WorkBeforePause = TimeSpan.FromMilliseconds(4);

    /// <summary>A longer piece of work was spent on waiting for a slow disk or network, which is a pause already.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(30);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private long _workStartedAt = Stopwatch.GetTimestamp();

    public long Bytes { get; private set; }

    public override bool CanRead => inner.CanRead;

    public override bool CanWrite => inner.CanWrite;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The SHA-256 of all bytes so far in hexadecimal digits.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetCurrentHash());

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

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Only asynchronous reads are throttled.");

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Only asynchronous writes are throttled.");

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
        Bytes += bytes.Length;
        _hash.AppendData(bytes.Span);
        blocks?.Append(bytes.Span);
        var (pause, ahead) = (Pause(), AheadOfRate());
        if (pause > TimeSpan.Zero || ahead > LongestPause)
        {
            await Task.Delay(pause > ahead ? pause : ahead, TimeProvider.System, cancellationToken);
            _workStartedAt = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Three times as long as the work before it.</summary>
    private TimeSpan Pause()
    {
        var worked = Stopwatch.GetElapsedTime(_workStartedAt);
        return !throttle.Pauses || worked < WorkBeforePause ? TimeSpan.Zero
            : worked * 3 < LongestPause ? worked * 3
            : LongestPause;
    }

    /// <summary>How much earlier the bytes have passed than the rate allows.</summary>
    private TimeSpan AheadOfRate() => throttle.BytesPerSecond == 0
        ? TimeSpan.Zero
        : TimeSpan.FromSeconds((double)Bytes / throttle.BytesPerSecond) - Stopwatch.GetElapsedTime(_startedAt);
}
