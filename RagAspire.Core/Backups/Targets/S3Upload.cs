using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Targets;

/// <summary>Turns what the store says into a reason for people.</summary>
internal static class S3Calls
{
    public static async Task<T> RunAsync<T>(string place, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception ex) when (ex is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw new MaintenanceException($"{place}: {(ex as AmazonServiceException)?.ErrorCode} {ex.Message}".Trim(), ex);
        }
    }
}

/// <summary>
/// Uploads what is written to it in parts, of which one is held in memory; small files go in one piece. Until
/// <see cref="CompleteAsync"/> there is no object.
/// </summary>
internal sealed class S3Upload(IAmazonS3 client, S3Options options, string key) : Stream
{
    // Ten thousand parts are the protocol's limit: later ones are larger, so that half a terabyte fits.
    private const int PartsOfOneSize = 2000;

    private readonly List<PartETag> _parts = [];
    private MemoryStream _part = new();
    private string? _uploadId;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private long PartBytes => ((long)options.PartMegabytes << 20) << (_parts.Count / PartsOfOneSize);

    private string Place => $"s3://{options.Bucket}/{key}";

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            var taken = (int)Math.Min(buffer.Length, PartBytes - _part.Length);
            _part.Write(buffer.Span[..taken]);
            buffer = buffer[taken..];
            if (_part.Length == PartBytes)
            {
                await SendPartAsync(cancellationToken);
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Makes the object.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_uploadId is null)
        {
            _part.Position = 0;
            await S3Calls.RunAsync(Place, () => client.PutObjectAsync(
                new PutObjectRequest { BucketName = options.Bucket, Key = key, InputStream = _part, AutoCloseStream = false, UseChunkEncoding = false },
                cancellationToken));
            return;
        }

        if (_part.Length > 0)
        {
            await SendPartAsync(cancellationToken);
        }

        await S3Calls.RunAsync(Place, () => client.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = options.Bucket, Key = key, UploadId = _uploadId, PartETags = _parts }, cancellationToken));
    }

    /// <summary>Takes back what was sent; what cannot be now is found by the next backup.</summary>
    public async Task AbortAsync()
    {
        if (_uploadId is null)
        {
            return;
        }

        try
        {
            await S3Calls.RunAsync(Place, () => client.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = options.Bucket, Key = key, UploadId = _uploadId }, CancellationToken.None));
        }
        catch (MaintenanceException)
        {
            // The reason to tell is the one for which it is given up.
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Uploads are written asynchronously.");

    protected override void Dispose(bool disposing)
    {
        _part.Dispose();
        base.Dispose(disposing);
    }

    private async Task SendPartAsync(CancellationToken cancellationToken)
    {
        _uploadId ??= (await S3Calls.RunAsync(Place, () => client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key }, cancellationToken))).UploadId;
        _part.Position = 0;
        var number = _parts.Count + 1;
        var sent = await S3Calls.RunAsync(Place, () => client.UploadPartAsync(
            new UploadPartRequest
            {
                BucketName = options.Bucket,
                Key = key,
                UploadId = _uploadId,
                PartNumber = number,
                PartSize = _part.Length,
                InputStream = _part,
                UseChunkEncoding = false,
            },
            cancellationToken));
        _parts.Add(new PartETag(number, sent.ETag));
        _part = new MemoryStream();
    }
}
