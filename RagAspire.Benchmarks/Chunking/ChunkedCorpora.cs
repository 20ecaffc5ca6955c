using Microsoft.Extensions.Options;
using RagAspire.Benchmarks.Extraction;
using RagAspire.Ingestion.Chunking;
using RagAspire.TestSupport.Retrieval;

namespace RagAspire.Benchmarks.Chunking;

/// <summary>A chunk of a corpus.</summary>
/// <param name="File">The name of the corpus' file.</param>
/// <param name="Source">Where it stands in the corpora, all of them one after the other.</param>
internal sealed record CorpusChunk(string File, Chunk Chunk, TextRange Source);

/// <summary>
/// Text files, read and cut as uploads are. Each stands at an offset, so that chunks of different files never meet.
/// </summary>
internal sealed class ChunkedCorpora
{
    private readonly Dictionary<string, int> _offsets = [];
    private readonly List<double> _aligned = [];

    public List<CorpusChunk> Chunks { get; } = [];

    /// <summary>The share of the extracted words whose place in the files is known, of the file where it is least.</summary>
    public double Aligned => _aligned.Min();

    public static async Task<ChunkedCorpora> LoadAsync(
        string folder, ChunkingOptions options, CancellationToken cancellationToken)
    {
        var (corpora, chunker, offset) = (new ChunkedCorpora(), new Chunker(Options.Create(options)), 0);
        foreach (var file in await BenchmarkFile.InAsync(folder, cancellationToken))
        {
            var source = await File.ReadAllTextAsync(file.Path, cancellationToken);
            var chunks = chunker.Chunk(FileReader.Read(file.Type.ContentType, file.Content));
            corpora._offsets[Path.GetFileNameWithoutExtension(file.Path)] = offset;
            corpora.Add(Path.GetFileName(file.Path), source, chunks, offset);
            offset += source.Length;
        }

        return corpora;
    }

    /// <summary>The passages of a question, at the offset of its corpus.</summary>
    public List<TextRange> Passages(Question question)
    {
        var offset = _offsets[question.Corpus];
        return [.. question.Passages.Select(passage => new TextRange(passage.Start + offset, passage.End + offset))];
    }

    private void Add(string file, string source, IReadOnlyList<Chunk> chunks, int offset)
    {
        var alignment = new TextAlignment(source, WholeText(chunks));
        _aligned.Add(alignment.Found);
        foreach (var chunk in chunks)
        {
            var range = alignment.SourceOf(new TextRange(chunk.Place!.Start, chunk.Place.End));
            Chunks.Add(new CorpusChunk(file, chunk, new TextRange(range.Start + offset, range.End + offset)));
        }
    }

    /// <summary>The extracted text, put together from the places of the chunks and what is between them.</summary>
    private static string WholeText(IReadOnlyList<Chunk> chunks)
    {
        var text = Enumerable.Repeat(' ', chunks.Max(chunk => chunk.Place!.End)).ToArray();
        foreach (var chunk in chunks)
        {
            var (place, lead) = (chunk.Place!, chunk.Lead ?? "");
            lead.CopyTo(text.AsSpan(place.Start - lead.Length));
            chunk.Text.AsSpan(place.HeaderLength).CopyTo(text.AsSpan(place.Start));
        }

        return new string(text);
    }
}
