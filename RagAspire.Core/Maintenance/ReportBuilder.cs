namespace RagAspire.Maintenance;

/// <summary>Counts and notes while a task works, for its report.</summary>
public sealed class ReportBuilder
{
    private readonly List<string> _notes = [];
    private readonly Dictionary<string, double> _before = [];
    private readonly Dictionary<string, double> _after = [];

    public long Examined { get; set; }

    public long Changed { get; set; }

    public long Failed { get; set; }

    public void Note(string sentence) => _notes.Add(sentence);

    /// <summary>Something that should have been changed could not be.</summary>
    public void Fail(string sentence)
    {
        Failed++;
        _notes.Add(sentence);
    }

    public void Before(string figure, double value) => _before[figure] = value;

    public void After(string figure, double value) => _after[figure] = value;

    public TaskReport Report() => new(Examined, Changed, Failed) { Notes = _notes, Before = _before, After = _after };
}
