using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace RagAspire.Backups.Targets;

/// <summary>
/// An S3 client for stores other than Amazon S3 as well. Many of them do not implement uploads in signed chunks, and the
/// transfer utility has no option against them.
/// </summary>
internal sealed class WholePartS3Client : AmazonS3Client
{
    private WholePartS3Client(AmazonS3Config config)
        : base(config)
    {
    }

    private WholePartS3Client(AWSCredentials credentials, AmazonS3Config config)
        : base(credentials, config)
    {
    }

    public static WholePartS3Client Create(S3Options options)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle,
            AuthenticationRegion = options.Region,

            // Stores other than Amazon S3 may not know its newer checksums, and the manifest has checksums already.
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
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return string.IsNullOrEmpty(options.AccessKey)
            ? new WholePartS3Client(config)
            : new WholePartS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config);
    }

    public override Task<UploadPartResponse> UploadPartAsync(
        UploadPartRequest request, CancellationToken cancellationToken = default)
    {
        request.UseChunkEncoding = false;
        return base.UploadPartAsync(request, cancellationToken);
    }

    public override Task<PutObjectResponse> PutObjectAsync(
        PutObjectRequest request, CancellationToken cancellationToken = default)
    {
        request.UseChunkEncoding = false;
        return base.PutObjectAsync(request, cancellationToken);
    }
}
