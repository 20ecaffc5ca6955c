using System.Diagnostics;
using System.Text;
using RagAspire.Extraction;
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
            Samples.Extractor(options => (options.Processes, options.TimeLimit) = (1, TimeSpan.FromSeconds(1)));
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
    public async Task A_file_that_is_not_there_is_our_fault_and_not_the_files()
    {
        await using var extractor = Samples.Extractor();

        await Assert.ThrowsAsync<InvalidOperationException>(() => extractor.ExtractAsync("/nowhere/at-all.pdf", ContentTypes.Pdf, null, Token));
    }

    [Fact]
    public async Task Disposing_leaves_no_process()
    {
        var extractor = Samples.Extractor();
        using var file = await Samples.WriteAsync("Some text."u8.ToArray());
        await extractor.ExtractAsync(file.Path, ContentTypes.Text, null, Token);
        var process = Process.GetProcessById(extractor.ProcessIds.Single());

        await extractor.DisposeAsync();

        Assert.True(process.HasExited);
    }

    [Fact]
    public async Task A_process_gets_no_secrets_from_its_parent()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");

        // Not the name of a setting: the processes of tests that run meanwhile inherit it too.
        Environment.SetEnvironmentVariable("SECRET_OF_THE_PARENT", "Password=hidden");
        await using var extractor = Samples.Extractor();
        using var file = await Samples.WriteAsync("Some text."u8.ToArray());
        await extractor.ExtractAsync(file.Path, ContentTypes.Text, null, Token);

        var environment = await File.ReadAllTextAsync($"/proc/{extractor.ProcessIds.Single()}/environ", Token);

        Assert.DoesNotContain("Password", environment, StringComparison.Ordinal);
        Assert.Contains("DOTNET_GCHeapHardLimit", environment, StringComparison.Ordinal);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A page that takes its parser seconds: each of its elements is looked up through all that are open.</summary>
    private static byte[] SlowPage() => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("<i><p>word", 100_000)));

    private sealed class Recorder(List<double> fractions) : IProgress<double>
    {
        public void Report(double value) => fractions.Add(value);
    }
}
