#pragma warning disable
using Microsoft.Extensions.DependencyInjection;
using RagAspire.Ingestion.Chunking;
namespace RagAspire.Ingestion.Extraction
{
public sealed record DocumentType(string? ContentType, string Reason);
public static class ContentTypes { public static Task<DocumentType> DetectAsync(Stream s, string n, CancellationToken c) => Task.FromResult(new DocumentType("text/plain", "")); }
public sealed class TextExtractor { public async Task<ExtractedDocument> ExtractAsync(string path, string type, IProgress<double>? p, CancellationToken c) => new(null, [.. (await File.ReadAllTextAsync(path, c)).Split("\n\n").Select(t => new TextBlock(BlockKind.Paragraph, t))], null); }
public static class StubReg { public static IServiceCollection AddExtraction(this IServiceCollection s) => s.AddSingleton<TextExtractor>(); public static IServiceCollection AddChunking(this IServiceCollection s) => s.AddSingleton<Chunker>(); }
}
namespace RagAspire.Ingestion.Chunking { public sealed class Chunker { public IReadOnlyList<Chunk> Split(RagAspire.Ingestion.Extraction.ExtractedDocument d) => [.. d.Blocks.Select((b, i) => new Chunk(i, b.Text, null, null, 1))]; } }
