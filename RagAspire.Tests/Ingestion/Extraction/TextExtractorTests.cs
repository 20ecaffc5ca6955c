using System.Diagnostics;
using System.Text;
using RagAspire.Extraction;
using RagAspire.Ingestion.Extraction;
using RagAspire.Tests.Extraction;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Ingestion.Extraction;

/// <summary>The processes behind the extractor: what happens when they die, hang or grow, and that they are used again.</summary>
public sealed class TextExtractorTests
{
    [Fact]
    public async Task Reads_a_file_and_reports_its_progress()
    {
        await using var extractor = Samples.Extractor();
        using var file = await Samples.WriteAsync(Encoding.UTF8.GetBytes("First paragraph.\n\nSecond paragraph."));

        var document = await extractor.ExtractAsync(file.Path, ContentTypes.Text, null, Token);

        Assert.Equal(["First paragraph.", "Second paragraph."], document.Blocks.Select(block => block.Text));
    }

    [Theory]
    [SharedRows]
    [SampleRow("sample/handbook.pdf", 10)]
    [LargeRow("pdf/INTEL_2022Q4_EARNINGS.pdf", 17)]
    public async Task Pages_are_reported_as_they_are_read(string path, int pages)
    {
        await using var extractor = Samples.Extractor();
        var fractions = new List<double>();

        await extractor.ExtractAsync(Samples.Document(path), ContentTypes.Pdf, new Recorder(fractions), Token);

        Assert.Equal(pages, fractions.Count);
        Assert.Equal(fractions.Order(), fractions);
        Assert.InRange(fractions[^1], .9, 1);
    }

    [Fact]
    public async Task One_process_reads_many_documents_and_is_replaced_in_time()
    {
        await using var extractor = Samples.Extractor(options => (options.Processes, options.DocumentsPerProcess) = (1, 3));
        using var file = await Samples.WriteAsync("Some text."u8.ToArray());
        var processes = new HashSet<int>();
        for (var document = 0; document < 7; document++)
        {
            await extractor.ExtractAsync(file.Path, ContentTypes.Text, null, Token);
            processes.UnionWith(extractor.ProcessIds);
        }

        Assert.Equal(3, processes.Count);
        Assert.Single(extractor.ProcessIds);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_process_that_dies_once_costs_nothing_and_twice_its_document_only(int deaths)
    {
        await using var extractor = Samples.Extractor(options => options.Processes = 1);
        using var slow = await Samples.WriteAsync(SlowPage());
        using var file = await Samples.WriteAsync("Some text."u8.ToArray());
        await extractor.ExtractAsync(file.Path, ContentTypes.Text, null, Token);

        var reading = extractor.ExtractAsync(slow.Path, ContentTypes.Html, null, Token);
        var killed = new HashSet<int>();
        while (killed.Count < deaths)
        {
            await Task.Delay(50, Token);
            foreach (var id in extractor.ProcessIds.Where(killed.Add))
            {
                await Task.Delay(50, Token);
                Process.GetProcessById(id).Kill();
            }
        }

        var failure = await Record.ExceptionAsync(() => reading);

        Assert.Equal(deaths == 1 ? null : Reasons.Crashed, failure?.Message);
        Assert.Single((await extractor.ExtractAsync(file.Path, ContentTypes.Text, null, Token)).Blocks);
    }

    [Fact]
    public async Task A_document_that_takes_too_long_is_given_up()
    {
        await using var extractor =
            Samples.Extractor(options => (options.Processes, options.TimeLimit, options.TimeLimitPerMegabyte)
                = (1, TimeSpan.FromSeconds(1), TimeSpan.Zero));
        using var slow = await Samples.WriteAsync(SlowPage());

        var unreadable = await Assert.ThrowsAsync<UnreadableDocumentException>(
            () => extractor.ExtractAsync(slow.Path, ContentTypes.Html, null, Token));

        Assert.Equal(Reasons.TooSlow, unreadable.Message);
        Assert.Empty(extractor.ProcessIds);
    }

    [Fact]
    public async Task A_document_that_makes_no_progress_is_given_up()
    {
        await using var extractor =
            Samples.Extractor(options => (options.Processes, options.StallLimit) = (1, TimeSpan.FromSeconds(1)));
        using var slow = await Samples.WriteAsync(SlowPage());

        var unreadable = await Assert.ThrowsAsync<UnreadableDocumentException>(
            () => extractor.ExtractAsync(slow.Path, ContentTypes.Html, null, Token));

        Assert.Equal(Reasons.TooSlow, unreadable.Message);
    }

    [Fact]
    public async Task A_document_that_eats_memory_is_refused_and_the_next_one_read()
    {
        await using var extractor = Samples.Extractor(options => (options.Processes, options.MemoryMegabytes) = (1, 160));
        using var large = await Samples.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("<p>a<b>b</b></p>", 1_500_000))));
        using var file = await Samples.WriteAsync("Some text."u8.ToArray());

        var unreadable = await Assert.ThrowsAsync<UnreadableDocumentException>(
            () => extractor.ExtractAsync(large.Path, ContentTypes.Html, null, Token));

        Assert.Equal(Reasons.TooMuchMemory, unreadable.Message);
        Assert.Single((await extractor.ExtractAsync(file.Path, ContentTypes.Text, null, Token)).Blocks);
    }

    [Fact]
    public async Task No_process_reads_for_two_collections()
    {
        await using var extractor = Samples.Extractor(options => options.Processes = 2);
        using var file = await Samples.WriteAsync("Some text."u8.ToArray());
        var processes = new List<int>();
        foreach (var collection in new[] { "one", "two", "one", "two" })
        {
            var before = extractor.ProcessIds;
            await extractor.ExtractAsync(file.Path, ContentTypes.Text, null, Token, collection);
            processes.AddRange(extractor.ProcessIds.Except(before));
        }

        Assert.Equal(2, processes.Distinct().Count());
        Assert.Equal(2, extractor.ProcessIds.Count);
    }

    [Fact]
    public async Task A_document_of_a_complex_format_has_its_process_for_itself()
    {
        await using var extractor = Samples.Extractor(options => options.Processes = 1);
        using var file = await Samples.WriteAsync("Some text."u8.ToArray());
        await extractor.ExtractAsync(file.Path, ContentTypes.Text, null, Token);
        var shared = extractor.ProcessIds.Single();
        var spare = await SpareAsync(extractor);

        await extractor.ExtractAsync(Samples.Document("sample/handbook.pdf"), ContentTypes.Pdf, null, Token);

        Assert.Equal([shared], extractor.ProcessIds);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(spare));
        Assert.NotEqual(spare, await SpareAsync(extractor));
    }

    [Fact]
    public async Task A_costly_document_leaves_a_slot_to_others_when_it_is_tried_again()
    {
        await using var extractor = Samples.Extractor(options => (options.TimeLimit, options.TimeLimitPerMegabyte)
            = (TimeSpan.FromSeconds(1), TimeSpan.Zero));
        using var slow = await Samples.WriteAsync(SlowPage());
        using var file = await Samples.WriteAsync("Some text."u8.ToArray());
        await Assert.ThrowsAsync<UnreadableDocumentException>(
            () => extractor.ExtractAsync(slow.Path, ContentTypes.Html, null, Token));

        var again = Enumerable.Range(0, 4)
            .Select(_ => extractor.ExtractAsync(slow.Path, ContentTypes.Html, null, Token)).ToList();
        await extractor.ExtractAsync(file.Path, ContentTypes.Text, null, Token);
        var waiting = again.Count(task => !task.IsCompleted);
        foreach (var task in again)
        {
            await Assert.ThrowsAsync<UnreadableDocumentException>(() => task);
        }

        Assert.InRange(waiting, 2, 4);
    }

    [Theory]
    [InlineData(0, 30)]
    [InlineData(1024 * 1024, 32)]
    [InlineData(100L * 1024 * 1024, 230)]
    public void The_processor_time_grows_with_the_size(long bytes, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), new ExtractionOptions().TimeLimitOf(bytes));

    [Fact]
    public async Task Cancelling_ends_the_process_and_frees_its_place()
    {
        await using var extractor = Samples.Extractor(options => options.Processes = 1);
        using var slow = await Samples.WriteAsync(SlowPage());
        using var file = await Samples.WriteAsync("Some text."u8.ToArray());
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => extractor.ExtractAsync(slow.Path, ContentTypes.Html, null, cancellation.Token));

        Assert.Empty(extractor.ProcessIds);
        Assert.Single((await extractor.ExtractAsync(file.Path, ContentTypes.Text, null, Token)).Blocks);
    }

    [Theory]
    [SharedRows]
    [SampleRow("sample/handbook.pdf", 10)]
    [LargeRow("pdf/INTEL_2022Q4_EARNINGS.pdf", 17)]
    public async Task Limits_on_pages_and_text_are_kept(string path, int count)
    {
        await using var extractor = Samples.Extractor(options => (options.MaxPages, options.MaxCharacters) = (9, 1000));
        using var text = await Samples.WriteAsync(Encoding.ASCII.GetBytes(new string('x', 2000)));

        var pages = await Assert.ThrowsAsync<UnreadableDocumentException>(
            () => extractor.ExtractAsync(Samples.Document(path), ContentTypes.Pdf, null, Token));
        var characters = await Assert.ThrowsAsync<UnreadableDocumentException>(
            () => extractor.ExtractAsync(text.Path, ContentTypes.Text, null, Token));

        Assert.Equal(Reasons.TooManyPages(count, 9), pages.Message);
        Assert.Equal(Reasons.TooMuchText(1000), characters.Message);
    }

    [Fact]
    public async Task Disposing_leaves_no_process()
    {
        var extractor = Samples.Extractor();
        using var file = await Samples.WriteAsync("Some text."u8.ToArray());
        await extractor.ExtractAsync(file.Path, ContentTypes.Text, null, Token);
        await extractor.PrepareAsync(Token);
        List<Process> processes =
        [
            Process.GetProcessById(extractor.ProcessIds.Single()), Process.GetProcessById(extractor.SpareProcessId!.Value),
        ];

        await extractor.DisposeAsync();

        Assert.All(processes, process => Assert.True(process.HasExited));
    }

    private static async Task<int> SpareAsync(TextExtractor extractor)
    {
        await extractor.PrepareAsync(Token);
        return extractor.SpareProcessId!.Value;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A page that takes its parser seconds: each of its elements is looked up through all that are open.</summary>
    private static byte[] SlowPage() => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("<dl><dd>word", 350_000)));

    private sealed class Recorder(List<double> fractions) : IProgress<double>
    {
        public void Report(double value) => fractions.Add(value);
    }
}
