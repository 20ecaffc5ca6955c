using RagAspire.Backups.Targets;
using RagAspire.Documents.Intake;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Metadata;
using RagAspire.Security;

namespace RagAspire.Sync;

/// <summary>What kind of place a source is.</summary>
public enum SourceKind
{
    /// <summary>A folder with its sub-folders.</summary>
    Folder,

    /// <summary>A bucket of a store that speaks the S3 protocol.</summary>
    S3,

    /// <summary>The pages of a list of addresses.</summary>
    Web,

    /// <summary>The pages that a sitemap lists.</summary>
    Sitemap,
}

/// <summary>One source; section <c>Sync:Sources:&lt;name&gt;</c>.</summary>
public sealed class SourceOptions
{
    public SourceKind? Kind { get; set; }

    /// <summary>
    /// The full path of the folder, <c>s3://bucket/prefix</c>, addresses of pages divided by spaces, or the address of the
    /// sitemap.
    /// </summary>
    public string Location { get; set; } = "";

    public string Collection { get; set; } = CollectionName.Default;

    /// <summary>Patterns of paths, such as <c>**/*.pdf</c>; without any every file is taken.</summary>
    public IList<string> Include { get; } = [];

    /// <summary>Patterns of paths that are left out.</summary>
    public IList<string> Exclude { get; } = [];

    /// <summary>The tags of the documents.</summary>
    public IDictionary<string, string> Tags { get; } = new Dictionary<string, string>();

    /// <summary>The groups that see the documents; none for everyone who may read the collection.</summary>
    public IList<string> Groups { get; } = [];

    internal string[] NormalGroups => GroupNames.Normal(Groups);

    /// <summary>What the documents are about, as a JSON object.</summary>
    public string Metadata { get; set; } = "{}";

    internal DocumentMetadata NormalMetadata => DocumentMetadata.Parse(Metadata);

    /// <summary>A cron expression of five fields; empty for runs on request only.</summary>
    public string Schedule { get; set; } = "15 * * * *";

    /// <summary>The time zone of the schedule, by its IANA name.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>The age of the last success that raises an alert.</summary>
    public TimeSpan AlertAfter { get; set; } = TimeSpan.FromHours(26);

    /// <summary>The address of the S3 store, such as <c>https://minio.example:9000</c>; null for Amazon S3.</summary>
    public Uri? Endpoint { get; set; }

    public string Region { get; set; } = "us-east-1";

    /// <summary>Null, together with the secret key, for the credentials of the environment, a profile or the machine.</summary>
    public string? AccessKey { get; set; }

    public string? SecretKey { get; set; }

    /// <summary>Puts the bucket into the path and not into the host name, as most stores other than Amazon S3 require.</summary>
    public bool PathStyle { get; set; } = true;

    /// <summary>The bucket, and the beginning of the names of its objects.</summary>
    internal (string Bucket, string Prefix) BucketPlace =>
        Uri.TryCreate(Location, UriKind.Absolute, out var place) && place is { Scheme: "s3", Host.Length: > 0 }
            ? (place.Host, Location[("s3://".Length + place.Host.Length)..].TrimStart('/')) : ("", "");

    internal S3Options Store => new()
    {
        Bucket = BucketPlace.Bucket,
        Endpoint = Endpoint,
        Region = Region,
        AccessKey = AccessKey,
        SecretKey = SecretKey,
        PathStyle = PathStyle,
    };

    internal IReadOnlyList<string> Addresses =>
        Location.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    internal ScheduleRow Times => new("", Schedule.Length == 0 ? null : Schedule, TimeZone, TimeSpan.MaxValue, AlertAfter);

    private string? MetadataProblem()
    {
        try
        {
            _ = NormalMetadata;
            return null;
        }
        catch (FormatException ex)
        {
            return ex.Message;
        }
    }

    /// <summary>The faults, by setting.</summary>
    internal IEnumerable<(string Setting, string Reason)> Problems()
    {
        if (Kind is not { } kind)
        {
            yield return (nameof(Kind), "Kind must be folder, s3, web or sitemap.");
        }
        else if (LocationProblem(kind) is { } location)
        {
            yield return (nameof(Location), location);
        }

        if (!CollectionName.IsValid(Collection))
        {
            yield return (nameof(Collection), CollectionName.Rule);
        }

        if (Tags.Any(tag => tag.Key.Length is 0 or > 100 || tag.Value is not { Length: > 0 and <= 500 }))
        {
            yield return (nameof(Tags), "A tag has a key of at most 100 and a value of at most 500 characters.");
        }

        if (Groups.Count > GroupNames.MostOfDocument || !Groups.All(GroupNames.IsValid))
        {
            yield return (nameof(Groups), GroupNames.Rule);
        }

        if (MetadataProblem() is { } metadata)
        {
            yield return (nameof(Metadata), metadata);
        }

        if (Times.Problem() is { } schedule)
        {
            yield return (nameof(Schedule), $"{schedule}.");
        }

        if (string.IsNullOrEmpty(AccessKey) != string.IsNullOrEmpty(SecretKey))
        {
            yield return (nameof(SecretKey), "AccessKey and SecretKey must be set together.");
        }
    }

    private string? LocationProblem(SourceKind kind) => kind switch
    {
        SourceKind.Folder => Path.IsPathFullyQualified(Location) ? null : "Location must be the full path of a folder.",
        SourceKind.S3 => BucketPlace.Bucket.Length > 0 ? null : "Location must be s3://bucket or s3://bucket/prefix.",
        SourceKind.Sitemap => Addresses.Count == 1 && IsWeb(Addresses[0])
            ? null : "Location must be the address of a sitemap, with http or https.",
        _ => Addresses.Count > 0 && Addresses.All(IsWeb)
            ? null : "Location must be addresses with http or https, divided by spaces.",
    };

    private static bool IsWeb(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0;
}
