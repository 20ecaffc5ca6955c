using Microsoft.Extensions.Options;
using RagAspire.Documents.Intake;
using RagAspire.Outbound;
using RagAspire.Sync.Bucket;
using RagAspire.Sync.Folder;
using RagAspire.Sync.Web;

namespace RagAspire.Sync;

/// <summary>Opens the configured sources.</summary>
public sealed class SourceFactory(
    IOptions<SyncOptions> options, IOptions<IntakeOptions> intake, GuardedConnection connection, TimeProvider time)
{
    public ISyncSource Open(SourceOptions source) => source.Kind switch
    {
        SourceKind.Folder => new FolderSource(source.Location, options.Value.MaxFiles),
        SourceKind.S3 => new BucketSource(source, options.Value.MaxFiles),
        _ => new WebSource(
            source, options.Value, intake.Value.UploadBytes, new WebReader(connection, options.Value, time)),
    };
}
