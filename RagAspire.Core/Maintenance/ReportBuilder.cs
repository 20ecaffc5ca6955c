namespace RagAspire.Maintenance;

/// <summary>Collects counts, notes and metrics while a task works.</summary>
public sealed class ReportBuilder
{
    private readonly List<string> _notes = [];
    private readonly Dictionary<string, double> _before = [];
    private readonly Dictionary<string, double> _after = [];

    public long Examined { get; set; }

    public long Changed { get; set; }

    public long Failed { get; set; }

    public void Note(string sentence) => _notes.Add(sentence);

    /// <summary>Counts one failure and notes its reason.</summary>
    public void Fail(string sentence)
    {
        Failed++;
        _notes.Add(sentence);
    }

    public void Before(string metric, double value) => _before[metric] = value;

    public void After(string metric, double value) => _after[metric] = value;

    public TaskReport Build() => new(Examined, Changed, Failed) { Notes = _notes, Before = _before, After = _after };
}
