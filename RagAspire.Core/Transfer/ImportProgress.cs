namespace RagAspire.Transfer;

/// <summary>What was taken from the archive of one document.</summary>
internal sealed record TakenChunks(int Chunks, int Vectors);

/// <summary>Counts while an import runs.</summary>
internal sealed class ImportProgress(string collection)
{
    private const int MaxNotes = 100;

    private readonly List<string> _notes = [];
    private int _chunks;
    private int _vectors;
    private int _embeddedAgain;
    private string? _otherModel;

    public int Documents { get; set; }

    public int Imported { get; set; }

    public int Unchanged { get; set; }

    public int Kept { get; set; }

    public int Rejected { get; set; }

    public int ProcessedAgain { get; set; }

    public void Note(string text)
    {
        if (_notes.Count < MaxNotes)
        {
            _notes.Add(text);
        }
    }

    /// <param name="model">The embedding model of this system; null for none.</param>
    public void Add(TransferDocument document, TakenChunks taken, string? model)
    {
        _chunks += taken.Chunks;
        _vectors += taken.Vectors;
        if (model is null)
        {
            return;
        }

        _embeddedAgain += taken.Chunks - taken.Vectors;
        if (document.Model is { } other && other != model && _otherModel != other)
        {
            _otherModel = other;
            Note($"The vectors are those of {other}, and this system has {model}: it computes its own.");
        }
    }

    public ImportReport Report() => new(
        collection, Documents, Imported, Unchanged, Kept, Rejected, _chunks, _vectors, ProcessedAgain, _embeddedAgain, _notes);
}
