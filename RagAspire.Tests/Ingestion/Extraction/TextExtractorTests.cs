using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RagAspire.Ingestion.Extraction;

namespace RagAspire.Tests.Ingestion.Extraction;

public sealed class TextExtractorTests : IAsyncLifetime
{
    private readonly TextExtractor _extractor = new(
        Options.Create(new ExtractionOptions { Processes = 1 }), TimeProvider.System, NullLogger<TextExtractor>.Instance);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _extractor.DisposeAsync();

    [Fact]
    public async Task Reads_a_text_file_in_a_process_of_its_own()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "First paragraph.\n\nSecond paragraph.", TestContext.Current.CancellationToken);

        var document = await _extractor.ExtractAsync(path, ContentTypes.Text, null, TestContext.Current.CancellationToken);

        Assert.Equal(["First paragraph.", "Second paragraph."], document.Blocks.Select(block => block.Text));
    }
}
