using Microsoft.Extensions.Options;
using RagAspire.Answers;
using RagAspire.Answers.Extractive;
using RagAspire.Ingestion.Chunking;
using RagAspire.Search;
using RagAspire.Tests.Extraction;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Answers;

/// <summary>Chunks to answer from.</summary>
internal static class AnswerData
{
    public static readonly QuestionTerms Terms = new(new TextAnalyzer());

    public static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    public static SearchHit Hit(string text, int document = 1, int ordinal = 0, int? page = null) => new(
        Id(document), $"document-{document}.txt", Id((document * 1_000) + ordinal), ordinal, text, 1.0 / document, page, null);

    /// <summary>The chunks of a file, as they are found.</summary>
    public static SearchHit[] Chunked(string contentType, string text, int document = 1) =>
    [
        .. new Chunker(Options.Create(new ChunkingOptions())).Chunk(Samples.Read(contentType, text)).Select(chunk =>
            Hit(chunk.Text, document, chunk.Ordinal, chunk.Page) with { Section = chunk.Section, Place = chunk.Place }),
    ];

    public static SourceSentences Sentences(params SearchHit[] hits) =>
        SourceSentences.Read(SourceSelection.From(hits, int.MaxValue), Terms);

    public static SearchHit[] Company =>
    [
        Hit("Northwind was founded in 1987 by Anna Berg in Oslo. It employs 412 people in three countries.", 1, page: 3),
        Hit("In 2023 revenue rose by 14 percent to 96 million euros. The board raised the dividend to 2 euros per share.", 2, page: 7),
        Hit("The warehouse in Bergen burned down in March 2019. Nobody was hurt, and it was rebuilt within a year.", 3),
    ];
}
