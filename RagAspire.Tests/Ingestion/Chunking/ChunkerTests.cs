using Microsoft.Extensions.Options;
using Microsoft.ML.Tokenizers;
using RagAspire.Extraction;
using RagAspire.Ingestion.Chunking;
using RagAspire.Tests.Extraction;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Ingestion.Chunking;

public sealed class ChunkerTests
{
    private static readonly TiktokenTokenizer Tokenizer = TiktokenTokenizer.CreateForEncoding("o200k_base");

    [Theory]
    [SharedRows]
    [SampleRow("sample/documents/handbook.md", 512, 64)]
    [SampleRow("sample/documents/handbook.md", 64, 16)]
    [LargeRow("chunking/corpora/chatlogs.md", 512, 64)]
    [LargeRow("chunking/corpora/chatlogs.md", 64, 16)]
    [LargeRow("chunking/corpora/finance.md", 512, 64)]
    [LargeRow("chunking/corpora/finance.md", 64, 16)]
    [LargeRow("chunking/corpora/pubmed.md", 512, 64)]
    [LargeRow("chunking/corpora/pubmed.md", 64, 16)]
    [LargeRow("chunking/corpora/state_of_the_union.md", 512, 64)]
    [LargeRow("chunking/corpora/state_of_the_union.md", 64, 16)]
    [LargeRow("chunking/corpora/wikitexts.md", 512, 64)]
    [LargeRow("chunking/corpora/wikitexts.md", 64, 16)]
    public async Task Real_texts_are_cut_at_words_within_the_limit_and_nothing_is_lost(string corpus, int maxTokens, int overlap)
    {
        var text = await File.ReadAllTextAsync(SharedData.Locate(corpus), TestContext.Current.CancellationToken);
        var document = Samples.Read(ContentTypes.Markdown, text[..Math.Min(text.Length, 300_000)]);
        var words = document.Blocks.SelectMany(block => Words(block.Text)).ToList();
        var known = words.ToHashSet(StringComparer.Ordinal);

        var chunks = Chunker(maxTokens, overlap).Chunk(document);

        Assert.All(chunks, chunk => Assert.InRange(Tokenizer.CountTokens(chunk.IndexedText), 1, maxTokens));
        Assert.All(chunks, chunk => Assert.Equal(Tokenizer.CountTokens(chunk.IndexedText), chunk.TokenCount, tolerance: 2));
        var cut = chunks.SelectMany(chunk => Words(chunk.Text)).Where(word => word.Length <= 100 && !known.Contains(word))
            .ToList();
        Assert.Empty(cut);
        var kept = chunks.SelectMany(chunk => Words(chunk.IndexedText)).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(known, word => word.Length <= 100 && !kept.Contains(word));
        Assert.Equal(Enumerable.Range(0, chunks.Count), chunks.Select(chunk => chunk.Ordinal));
        var whole = Whole(chunks);
        Assert.All(chunks, chunk => Assert.Equal(
            chunk.Text[chunk.Place!.HeaderLength..], whole[chunk.Place.Start..chunk.Place.End]));
        Assert.Equal(words, Words(whole));
    }

    [Fact]
    public void A_chunk_repeats_the_end_of_the_one_before_in_whole_sentences_and_no_more_than_asked()
    {
        var text = string.Join(' ', Enumerable.Range(1, 300).Select(n => $"This is sentence number {n} of them all."));

        var chunks = Chunker(128, 32).Chunk(Document(new TextBlock(BlockKind.Paragraph, text)));

        Assert.True(chunks.Count > 10);
        foreach (var (before, after) in chunks.Zip(chunks.Skip(1)))
        {
            var shared = Sentences(before.Text).Intersect(Sentences(after.Text)).ToList();
            Assert.NotEmpty(shared);
            Assert.InRange(Tokenizer.CountTokens(string.Join(' ', shared)), 1, 32);
            Assert.StartsWith("This is sentence", after.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_chunk_carries_its_heading_path_and_no_heading_is_left_at_the_end_of_one()
    {
        var filler = string.Join(' ', Enumerable.Repeat("Some words of text.", 40));
        var chunks = Chunker(128, 0).Chunk(Document(
            new TextBlock(BlockKind.Heading, "Leases", 1),
            new TextBlock(BlockKind.Paragraph, filler),
            new TextBlock(BlockKind.Heading, "Terms", 2),
            new TextBlock(BlockKind.Paragraph, filler),
            new TextBlock(BlockKind.Heading, "Notes", 1),
            new TextBlock(BlockKind.Paragraph, filler)));

        Assert.Equal(["Leases", "Leases > Terms", "Notes"], chunks.Select(chunk => chunk.Section).Distinct());
        Assert.All(chunks, chunk => Assert.StartsWith(chunk.Section + "\n", chunk.IndexedText, StringComparison.Ordinal));
        Assert.All(chunks, chunk => Assert.EndsWith("text.", chunk.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_part_of_a_long_table_starts_with_its_header()
    {
        var rows = Enumerable.Range(1, 200).Select(n => $"Item {n} | {n * 3} | warehouse {n % 7}");

        var chunks = Chunker(128, 32).Chunk(Document(new TextBlock(BlockKind.Table, "Name | Count | Place\n" + string.Join('\n', rows))));

        Assert.True(chunks.Count > 5);
        Assert.All(chunks, chunk => Assert.StartsWith("Name | Count | Place\n", chunk.Text, StringComparison.Ordinal));
        Assert.All(chunks.SelectMany(chunk => chunk.Text.Split('\n')), row => Assert.Equal(3, row.Split(" | ").Length));
    }

    [Fact]
    public void A_chunk_stays_on_its_page()
    {
        var chunks = Chunker(512, 64).Chunk(Document(
            [.. Enumerable.Range(1, 4).Select(page => new TextBlock(BlockKind.Paragraph, $"Said on page {page}.", Page: page))]));

        Assert.Equal([1, 2, 3, 4], chunks.Select(chunk => chunk.Page));
        Assert.All(chunks, chunk => Assert.Contains($"page {chunk.Page}.", chunk.Text));
    }

    [Fact]
    public void What_a_chunk_repeats_is_on_its_own_page()
    {
        var chunks = Chunker(64, 32).Chunk(Document(
            new TextBlock(BlockKind.Paragraph, "The crane operator is Ms Halloran.", Page: 1),
            new TextBlock(BlockKind.Paragraph, "The dock master is Mr Quist.", Page: 2)));

        Assert.Equal([1, 2], chunks.Select(chunk => chunk.Page));
        Assert.DoesNotContain("Halloran", chunks[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sentence_over_a_page_border_is_whole_and_each_part_of_its_chunk_knows_its_page()
    {
        var chunk = Assert.Single(Chunker(64, 16).Chunk(Document(
            new TextBlock(BlockKind.Paragraph, "The dock master opens the lock when the tide", Page: 1),
            new TextBlock(BlockKind.Paragraph, "has reached the red mark. The gate is closed.", Page: 2, Continues: true))));

        Assert.Equal("The dock master opens the lock when the tide has reached the red mark. The gate is closed.", chunk.Text);
        Assert.Equal([(0, 1), (45, 2)], chunk.Place!.Parts.Select(part => (part.Start, part.Page)));
        Assert.Equal(1, chunk.Page);
    }

    [Fact]
    public void Small_sections_in_one_chunk_keep_their_headings()
    {
        var chunk = Assert.Single(Chunker(512, 64).Chunk(Document(
            new TextBlock(BlockKind.Heading, "Boiler K7", 1),
            new TextBlock(BlockKind.Paragraph, "Its valve opens at 3 bar."),
            new TextBlock(BlockKind.Heading, "Boiler K9", 1),
            new TextBlock(BlockKind.Paragraph, "Its valve opens at 6 bar."))));

        var six = Whole([chunk]).IndexOf("6 bar", StringComparison.Ordinal);
        Assert.Equal(["Boiler K7", "Boiler K9"], chunk.Place!.Parts.Select(part => part.Section));
        Assert.Equal("Boiler K9", chunk.Place.PartAt(six)!.Section);
    }

    [Fact]
    public void Tokens_are_counted_exactly_also_of_words_that_were_counted_before()
    {
        // More words than the counter keeps, so that words take the places of others.
        var text = string.Join('\n', Enumerable.Range(0, 20_000).Select(n => $"Wörter{n:x}, 漢字 {n}"));

        var counts = new[] { TokenCounter.Count(text), TokenCounter.Count(text) };

        Assert.All(counts, count => Assert.Equal(Tokenizer.CountTokens(text), count));
    }

    [Fact]
    public void A_word_without_end_is_cut_between_characters_and_comes_whole_out_of_its_parts()
    {
        var endless = string.Concat(Enumerable.Repeat("a\u0301\U0001F600字", 3000));

        var chunks = Chunker(64, 0).Chunk(Document(new TextBlock(BlockKind.Paragraph, endless)));

        Assert.Equal(endless, string.Concat(chunks.Select(chunk => chunk.Text)));
        Assert.All(chunks, chunk => Assert.InRange(Tokenizer.CountTokens(chunk.Text), 1, 64));
        Assert.All(chunks, chunk => Assert.False(char.IsLowSurrogate(chunk.Text[0]) || chunk.Text[0] == '\u0301'));
    }

    [Theory]
    [InlineData(512, 300)]
    [InlineData(16, 0)]
    public void Sizes_that_make_no_sense_are_refused(int maxTokens, int overlap)
    {
        var options = new ChunkingOptions { MaxTokens = maxTokens, OverlapTokens = overlap };
        Assert.False(System.ComponentModel.DataAnnotations.Validator.TryValidateObject(
            options, new System.ComponentModel.DataAnnotations.ValidationContext(options), null, validateAllProperties: true));
    }

    /// <summary>The document's text, put together from its chunks.</summary>
    private static string Whole(IEnumerable<Chunk> chunks) => chunks.Aggregate("", (text, chunk) =>
        text + chunk.Lead + chunk.Text[(chunk.Place!.HeaderLength + Math.Max(0, text.Length - chunk.Place.Start))..]);

    private static Chunker Chunker(int maxTokens, int overlap) =>
        new(Options.Create(new ChunkingOptions { MaxTokens = maxTokens, OverlapTokens = overlap }));

    private static ExtractedDocument Document(params TextBlock[] blocks) => new(null, blocks, null);

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string[] Sentences(string text) => text.Split(". ", StringSplitOptions.TrimEntries).Select(part => part.TrimEnd('.')).ToArray();
}
