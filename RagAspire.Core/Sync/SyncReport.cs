using RagAspire.Maintenance;

namespace RagAspire.Sync;

/// <summary>What became of one file.</summary>
public enum FileOutcome
{
    /// <summary>It was not read, or not changed although it was.</summary>
    Unchanged,
    Added,
    Changed,
    Renamed,

    /// <summary>Its document went because it is not there any more.</summary>
    Deleted,

    /// <summary>Another document has its bytes: an upload, or another file of the source.</summary>
    Duplicate,

    /// <summary>It can never be a document as it is.</summary>
    Refused,

    /// <summary>It could not be read now.</summary>
    Failed,
}

/// <summary>Counts what becomes of a source's files, for the report of the run and for the metrics.</summary>
internal sealed class SyncReport(string source, ReportBuilder report)
{
    /// <summary>The notes of one kind; the counts tell how many more there are.</summary>
    private const int MostNotes = 20;

    private readonly Dictionary<FileOutcome, int> _counts = [];

    public IReadOnlyDictionary<FileOutcome, int> Counts => _counts;

    /// <summary>Why the run has failed, in one sentence; null while it has not.</summary>
    public string? Error { get; private set; }

    public void Count(FileOutcome outcome, int files = 1)
    {
        if (files == 0)
        {
            return;
        }

        _counts[outcome] = _counts.GetValueOrDefault(outcome) + files;
        report.Examined += files;
        report.Changed += outcome is FileOutcome.Added or FileOutcome.Changed or FileOutcome.Renamed or FileOutcome.Deleted
            ? files : 0;
    }

    public void Refused(string path, string reason)
    {
        Count(FileOutcome.Refused);
        Note(FileOutcome.Refused, $"{path} cannot become a document: {reason}");
    }

    public void Failed(string path, string reason)
    {
        Count(FileOutcome.Failed);
        report.Failed++;
        Error ??= $"{path} could not be read: {reason}";
        Note(FileOutcome.Failed, $"{path} could not be read: {reason}");
    }

    /// <param name="number">How many the source has said to be gone so far.</param>
    public void Gone(int number, string reason)
    {
        if (number <= MostNotes)
        {
            Note(reason);
        }
    }

    /// <summary>Something that makes the run a failed one and is no file.</summary>
    public void Fail(string sentence)
    {
        Error ??= sentence;
        report.Fail($"{source}: {sentence}");
    }

    public void Note(string sentence) => report.Note($"{source}: {sentence}");

    public void End(bool dryRun)
    {
        var counts = _counts.OrderBy(count => count.Key).Select(count => $"{count.Value} {count.Key.Word()}");
        Note($"{string.Join(", ", counts)}{(dryRun ? " (nothing was changed)" : "")}.");
    }

    private void Note(FileOutcome kind, string sentence)
    {
        if (_counts[kind] <= MostNotes)
        {
            Note(sentence);
        }
    }
}
