using System.IO.Pipelines;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using RagAspire.Backups.Files;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Targets;

/// <summary>Backups as objects of a bucket, named by id and file. An object exists when its upload is complete.</summary>
internal sealed class S3Target : IBackupTarget, IDisposable
{
    /// <summary>The protocol allows 10,000 parts; a backup may become twice as large as expected.</summary>
    private const int PartsOfExpectedSize = 5000;

    private readonly S3Options _options;
    private readonly WholePartS3Client _client;
    private readonly TransferUtility _transfer;

    public S3Target(S3Options options)
    {
        _options = options;
        _client = WholePartS3Client.Create(options);
        _transfer = new TransferUtility(_client);
    }

    public string Place => $"s3://{_options.Bucket}/{_options.Prefix}";

    public async Task<long?> FreeBytesAsync(CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = _options.Prefix, MaxKeys = 1 };
        await CallAsync(() => _client.ListObjectsV2Async(request, cancellationToken));
        return null;
    }

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        [
            .. (await FilesAsync("", cancellationToken)).Where(IsManifest).Select(file => file.Backup)
                .Order(StringComparer.Ordinal),
        ];

    public async Task<IReadOnlyList<string>> ListPartialAsync(CancellationToken cancellationToken)
    {
        var files = await FilesAsync("", cancellationToken);
        var uploads = (await UploadsAsync("", cancellationToken)).Select(upload => Parse(upload.Key).Backup);
        return
        [
            .. files.Select(file => file.Backup).Concat(uploads).Where(BackupId.IsValid)
                .Except(files.Where(IsManifest).Select(file => file.Backup)).Order(StringComparer.Ordinal),
        ];
    }

    public async Task WriteAsync(
        string backup, string file, long expectedBytes, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        var pipe = new Pipe();
        var uploading = UploadAsync(backup, file, expectedBytes, pipe.Reader, cancellationToken);
        try
        {
            await write(pipe.Writer.AsStream(leaveOpen: true));
            await pipe.Writer.CompleteAsync();
        }
        catch (Exception ex)
        {
            // The upload fails with the same exception and is aborted, rather than completed with half of the contents.
            await pipe.Writer.CompleteAsync(ex);
            await uploading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        await uploading;
    }

    public async Task PublishAsync(string backup, byte[] manifest, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(manifest, writable: false);
        var request = new PutObjectRequest
        {
            BucketName = _options.Bucket,
            Key = Key(backup, BackupManifest.FileName),
            InputStream = content,
        };
        await CallAsync(() => _client.PutObjectAsync(request, cancellationToken));
    }

    public async Task<Stream?> OpenAsync(string backup, string file, CancellationToken cancellationToken)
    {
        try
        {
            var response = await CallAsync(() => _client.GetObjectAsync(_options.Bucket, Key(backup, file), cancellationToken));
            return response.ResponseStream;
        }
        catch (MaintenanceException ex) when (ex.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound })
        {
            return null;
        }
    }

    public async Task DeleteAsync(string backup, CancellationToken cancellationToken)
    {
        var files = await FilesAsync($"{backup}/", cancellationToken);
        foreach (var file in files.OrderByDescending(IsManifest))
        {
            await CallAsync(() => _client.DeleteObjectAsync(_options.Bucket, Key(file.Backup, file.Name), cancellationToken));
        }

        foreach (var upload in await UploadsAsync($"{backup}/", cancellationToken))
        {
            var request = new AbortMultipartUploadRequest
            {
                BucketName = _options.Bucket,
                Key = upload.Key,
                UploadId = upload.UploadId,
            };
            await CallAsync(() => _client.AbortMultipartUploadAsync(request, cancellationToken));
        }
    }

    public void Dispose()
    {
        _transfer.Dispose();
        _client.Dispose();
    }

    /// <summary>Uploads in parts, of which one is held in memory. A failed upload is aborted, so that no parts stay.</summary>
    private async Task UploadAsync(
        string backup, string file, long expectedBytes, PipeReader content, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = content.AsStream(leaveOpen: true);
            var request = new TransferUtilityUploadRequest
            {
                BucketName = _options.Bucket,
                Key = Key(backup, file),
                InputStream = stream,
                PartSize = Math.Max((long)_options.PartMegabytes << 20, expectedBytes / PartsOfExpectedSize),
            };
            await CallAsync(async () =>
            {
                await _transfer.UploadAsync(request, cancellationToken);
                return true;
            });
            await content.CompleteAsync();
        }
        catch (Exception ex)
        {
            // Fails the writer's next write, which would wait for ever otherwise.
            await content.CompleteAsync(ex);
            throw;
        }
    }

    private async Task<IReadOnlyList<BackupObject>> FilesAsync(string under, CancellationToken cancellationToken)
    {
        var files = new List<BackupObject>();
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = _options.Prefix + under };
        ListObjectsV2Response page;
        do
        {
            page = await CallAsync(() => _client.ListObjectsV2Async(request, cancellationToken));
            files.AddRange((page.S3Objects ?? []).Select(file => Parse(file.Key)));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
        return [.. files.Where(file => BackupId.IsValid(file.Backup))];
    }

    private async Task<IReadOnlyList<MultipartUpload>> UploadsAsync(string under, CancellationToken cancellationToken)
    {
        var request = new ListMultipartUploadsRequest { BucketName = _options.Bucket, Prefix = _options.Prefix + under };
        var page = await CallAsync(() => _client.ListMultipartUploadsAsync(request, cancellationToken));
        return page.MultipartUploads ?? [];
    }

    /// <exception cref="MaintenanceException">The store refused or cannot be reached; the message has its error code.</exception>
    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception ex) when (ex is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw new MaintenanceException($"{Place}: {(ex as AmazonServiceException)?.ErrorCode} {ex.Message}".Trim(), ex);
        }
    }

    private string Key(string backup, string file) => $"{_options.Prefix}{backup}/{file}";

    private BackupObject Parse(string key)
    {
        var parts = key[_options.Prefix.Length..].Split('/', 2);
        return new BackupObject(parts[0], parts.ElementAtOrDefault(1) ?? "");
    }

    private static bool IsManifest(BackupObject file) => file.Name == BackupManifest.FileName;

    private sealed record BackupObject(string Backup, string Name);
}
