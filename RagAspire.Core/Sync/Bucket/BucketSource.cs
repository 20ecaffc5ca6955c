using System.Globalization;
using Amazon.Runtime;
using Amazon.S3.Model;
using RagAspire.Backups.Targets;
using RagAspire.Documents.Intake;

namespace RagAspire.Sync.Bucket;

/// <summary>The objects of a bucket below a prefix.</summary>
internal sealed class BucketSource(SourceOptions options, int maxFiles) : ISyncSource
{
    private readonly WholePartS3Client _client = WholePartS3Client.Create(options.Store);
    private readonly (string Bucket, string Prefix) _place = options.BucketPlace;

    public async Task<SourceListing> ListAsync(CancellationToken cancellationToken)
    {
        var (files, problems) = (new List<SourceFile>(), new List<string>());
        var request = new ListObjectsV2Request { BucketName = _place.Bucket, Prefix = _place.Prefix };
        ListObjectsV2Response page;
        do
        {
            try
            {
                page = await _client.ListObjectsV2Async(request, cancellationToken);
            }
            catch (Exception ex) when (IsOfStore(ex))
            {
                throw new SourceUnavailableException($"{options.Location} cannot be listed: {Reason(ex)}", ex);
            }

            foreach (var found in page.S3Objects ?? [])
            {
                Add(found, files, problems);
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
        return new SourceListing(files, problems);
    }

    public async Task<OpenedFile?> OpenAsync(SourceFile file, string? tag, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _client.GetObjectAsync(_place.Bucket, _place.Prefix + file.Path, cancellationToken);
            return new OpenedFile(response.ResponseStream, FileReceiver.CleanName(file.Path), Tag: null);
        }
        catch (Exception ex) when (IsOfStore(ex))
        {
            throw new SourceFileException(Reason(ex), ex);
        }
    }

    public void Dispose() => _client.Dispose();

    private void Add(S3Object found, List<SourceFile> files, List<string> problems)
    {
        var path = found.Key[_place.Prefix.Length..];
        if (path.Length == 0 || path.EndsWith('/'))
        {
            // What consoles create as folders.
            return;
        }

        if (files.Count == maxFiles)
        {
            throw new SourceUnavailableException($"{options.Location} has more than {maxFiles} objects (Sync:MaxFiles).");
        }

        if (!SourcePaths.AreStorable(path))
        {
            problems.Add($"The name of the object {path} is not text, or too long.");
            return;
        }

        var version = string.Create(
            CultureInfo.InvariantCulture, $"{found.Size}-{found.ETag?.Trim('"')}-{found.LastModified?.ToUniversalTime().Ticks}");
        files.Add(new SourceFile(path, found.Size, version));
    }

    private static bool IsOfStore(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException;

    private static string Reason(Exception exception) =>
        $"{(exception as AmazonServiceException)?.ErrorCode} {exception.Message}".Trim();
}
