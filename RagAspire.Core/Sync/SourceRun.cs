using RagAspire.Documents;

namespace RagAspire.Sync;

/// <summary>One run over one source: what it knows, and which files have which document.</summary>
internal sealed class SourceRun
{
    private readonly HashSet<string> _present;
    private readonly Dictionary<Guid, HashSet<string>> _holders = [];

    public SourceRun(
        string name,
        SourceOptions options,
        ISyncSource source,
        SourceListing listing,
        IReadOnlyDictionary<string, KnownFile> known)
    {
        (Name, Options, Source, Listing, Known) = (name, options, source, listing, known);
        Settings = SourceStore.SettingsOf(options);
        RefusalSettings = SourceStore.SettingsOf(options, $"{typeof(SourceRun).Assembly.GetName().Version}");
        _present = listing.Files.Select(file => file.Path).ToHashSet();
        foreach (var file in known.Values.Where(file => _present.Contains(file.Path) && file.Document is not null))
        {
            Hold(file.Document!.Id, file.Path);
        }
    }

    public string Name { get; }

    public SourceOptions Options { get; }

    public ISyncSource Source { get; }

    public SourceListing Listing { get; }

    public IReadOnlyDictionary<string, KnownFile> Known { get; }

    /// <summary>Nothing may be changed.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Everything could be listed, so what is not listed is gone.</summary>
    public bool MayDelete => Listing.Problems.Count == 0;

    public string Settings { get; }

    public string RefusalSettings { get; }

    /// <summary>The author of changes in the audit log.</summary>
    public string Actor => $"sync:{Name}";

    /// <summary>Whether the source still has a file of that path.</summary>
    public bool Has(string? path) => path is not null && _present.Contains(path);

    /// <summary>The source has said that a file is gone, although it was listed.</summary>
    public void Lose(string path) => _present.Remove(path);

    /// <summary>A file has this document now, and no other.</summary>
    public void Hold(Guid documentId, string path)
    {
        if (!_holders.TryGetValue(documentId, out var paths))
        {
            _holders[documentId] = paths = [];
        }

        paths.Add(path);
    }

    public void Release(Guid documentId, string path) => _holders.GetValueOrDefault(documentId)?.Remove(path);

    /// <summary>Whether a file of the source, other than this one, has the document.</summary>
    public bool IsHeldByOther(Guid documentId, string path) =>
        _holders.GetValueOrDefault(documentId)?.Any(other => other != path) == true;

    /// <summary>
    /// Whether the file that a document is named after is still there and may be its file: it has no other document. A run
    /// that was killed between the change of the document and of the file's row leaves them like that.
    /// </summary>
    public bool IsNamedAfterPresent(KnownDocument document) => document.Path is { } path && Has(path)
        && (Known.GetValueOrDefault(path)?.Document is not { } other || other.Id == document.Id);

    public DocumentSource Origin(string path) => new(Name, path);
}
