using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using RagAspire.Backups.Files;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Targets;

/// <summary>Backups as objects of a bucket, under the id of each. An object is there when its upload is complete.</summary>
internal sealed class S3Target : IBackupTarget, IDisposable
{
    private readonly S3Options _options;
    private readonly AmazonS3Client _client;

    public S3Target(S3Options options)
    {
        _options = options;
        _client = Client(options);
    }

    public string Place => $"s3://{_options.Bucket}/{_options.Prefix}";

    public async Task<long?> FreeBytesAsync(CancellationToken cancellationToken)
    {
        await S3Calls.RunAsync(Place, () => _client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = _options.Prefix, MaxKeys = 1 }, cancellationToken));
        return null;
    }

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await FilesAsync("", cancellationToken)).Where(IsManifest).Select(file => file.Backup).Order(StringComparer.Ordinal)];

    public async Task<IReadOnlyList<string>> ListPartialAsync(CancellationToken cancellationToken)
    {
        var files = await FilesAsync("", cancellationToken);
        var uploads = (await UploadsAsync("", cancellationToken)).Select(upload => Parse(upload.Key).Backup);
        return
        [
            .. files.Select(file => file.Backup).Concat(uploads).Where(BackupId.IsOne)
                .Except(files.Where(IsManifest).Select(file => file.Backup)).Order(StringComparer.Ordinal),
        ];
    }

    public async Task WriteAsync(string backup, string file, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        await using var upload = new S3Upload(_client, _options, Key(backup, file));
        try
        {
            await write(upload);
            await upload.CompleteAsync(cancellationToken);
        }
        catch
        {
            await upload.AbortAsync();
            throw;
        }
    }

    public Task PublishAsync(string backup, byte[] manifest, CancellationToken cancellationToken) => WriteAsync(
        backup, BackupManifest.FileName, stream => stream.WriteAsync(manifest, cancellationToken).AsTask(), cancellationToken);

    public async Task<Stream?> OpenAsync(string backup, string file, CancellationToken cancellationToken)
    {
        try
        {
            var response = await S3Calls.RunAsync(
                Place, () => _client.GetObjectAsync(_options.Bucket, Key(backup, file), cancellationToken));
            return response.ResponseStream;
        }
        catch (MaintenanceException ex) when (ex.InnerException is AmazonS3Exception { StatusCode: System.Net.HttpStatusCode.NotFound })
        {
            return null;
        }
    }

    public async Task DeleteAsync(string backup, CancellationToken cancellationToken)
    {
        var files = await FilesAsync($"{backup}/", cancellationToken);
        foreach (var file in files.OrderByDescending(IsManifest))
        {
            await S3Calls.RunAsync(Place, () => _client.DeleteObjectAsync(_options.Bucket, Key(file.Backup, file.Name), cancellationToken));
        }

        foreach (var upload in await UploadsAsync($"{backup}/", cancellationToken))
        {
            await S3Calls.RunAsync(Place, () => _client.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = _options.Bucket, Key = upload.Key, UploadId = upload.UploadId }, cancellationToken));
        }
    }

    public void Dispose() => _client.Dispose();

    private static AmazonS3Client Client(S3Options options)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle,
            AuthenticationRegion = options.Region,

            // Other stores than Amazon's do not know its newer checksums; ours are in the manifest.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            MaxErrorRetry = 4,
            Timeout = TimeSpan.FromMinutes(5),
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
        }
        else
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        }

        return string.IsNullOrEmpty(options.AccessKey)
            ? new AmazonS3Client(config)
            : new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config);
    }

    private async Task<IReadOnlyList<BackupObject>> FilesAsync(string under, CancellationToken cancellationToken)
    {
        var files = new List<BackupObject>();
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = _options.Prefix + under };
        ListObjectsV2Response page;
        do
        {
            page = await S3Calls.RunAsync(Place, () => _client.ListObjectsV2Async(request, cancellationToken));
            files.AddRange((page.S3Objects ?? []).Select(file => Parse(file.Key)));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
        return [.. files.Where(file => BackupId.IsOne(file.Backup))];
    }

    private async Task<IReadOnlyList<MultipartUpload>> UploadsAsync(string under, CancellationToken cancellationToken)
    {
        var page = await S3Calls.RunAsync(Place, () => _client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = _options.Bucket, Prefix = _options.Prefix + under }, cancellationToken));
        return page.MultipartUploads ?? [];
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
