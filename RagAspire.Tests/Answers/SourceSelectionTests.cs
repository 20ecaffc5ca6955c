using Microsoft.ML.Tokenizers;
using RagAspire.Answers;
using RagAspire.Answers.Generation;
using RagAspire.Extraction;
using RagAspire.Search;

namespace RagAspire.Tests.Answers;

public sealed class SourceSelectionTests
{
    private const string Long = "This sentence is here to take up room in the window of the model, and it says little. ";

    [Fact]
    public void Neighbouring_passages_become_one_source_without_their_overlap()
    {
        SearchHit[] hits =
        [
            AnswerData.Hit("Beta ends here. Gamma is what both passages say.", 1, ordinal: 1, page: 2),
            AnswerData.Hit("Something else entirely.", 2),
            AnswerData.Hit("Gamma is what both passages say. Delta comes last.", 1, ordinal: 2, page: 3),
        ];

        var sources = SourceSelection.From(hits, int.MaxValue);

        Assert.Equal(2, sources.Count);
        Assert.Equal("Beta ends here. Gamma is what both passages say. Delta comes last.", sources[0].Shown.Text);
        Assert.Equal([1, 2], sources.Select(source => source.Shown.Number));
        Assert.Equal(hits[0].ChunkId, sources[0].ChunkAt(5).ChunkId);
        var last = sources[0].ChunkAt(sources[0].Shown.Text.IndexOf("Delta", StringComparison.Ordinal));
        Assert.Equal((hits[2].ChunkId, 3), (last.ChunkId, last.Hit.Page));
    }

    [Fact]
    public void A_joined_source_knows_the_place_of_each_of_its_characters()
    {
        var rows = string.Join('\n', Enumerable.Range(1, 120).Select(n => $"| Part {n} | {n * 3} | Rack {n % 7} |"));
        var prose = string.Join(' ', Enumerable.Range(1, 120).Select(n => $"Sentence {n} of the stores is told here."));
        var hits = AnswerData.Chunked(
            ContentTypes.Markdown, $"# Stores\n\n{prose}\n\n## Parts\n\n| Name | Count | Place |\n|---|---|---|\n{rows}\n");

        var source = Assert.Single(SourceSelection.From([.. hits.Reverse()], int.MaxValue));

        Assert.True(hits.Length > 3);
        Assert.All(new[] { "Sentence 1 ", "Sentence 70 ", "Sentence 120 ", "Part 1 |", "Part 60 |", "Part 120 |" }, words =>
        {
            var at = source.Shown.Text.IndexOf(words, StringComparison.Ordinal);
            var chunk = source.ChunkAt(at);
            var hit = chunk.Hit;
            var inChunk = chunk.PositionOf(at)!.Value - hit.Place!.Start + hit.Place.HeaderLength;
            Assert.StartsWith(words, hit.Text[inChunk..], StringComparison.Ordinal);
            Assert.Equal(words[0] == 'P' ? "Stores > Parts" : "Stores", chunk.PlaceAt(at).Section);
            Assert.Equal(at, source.Shown.Text.LastIndexOf(words, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Neighbours_that_are_no_hits_join_the_best_ones_where_there_is_room()
    {
        SearchHit[] hits =
        [
            AnswerData.Hit("The middle of one.", 1, ordinal: 5, page: 2),
            AnswerData.Hit("The middle of two.", 2, ordinal: 5),
        ];
        SearchHit[] neighbours =
        [
            AnswerData.Hit("Too far.", 1, ordinal: 7),
            AnswerData.Hit("Before two.", 2, ordinal: 4),
            AnswerData.Hit("After one.", 1, ordinal: 6, page: 3),
            AnswerData.Hit("Before one.", 1, ordinal: 4, page: 1),
        ];

        var sources = SourceSelection.From(hits, int.MaxValue, neighbours);

        Assert.Equal(
            ["Before one.\nThe middle of one.\nAfter one.", "Before two.\nThe middle of two."],
            sources.Select(source => source.Shown.Text));
        Assert.Equal(
            [1, 2, 3],
            new[] { "Before", "middle", "After" }.Select(word => sources[0].ChunkAt(
                sources[0].Shown.Text.IndexOf(word, StringComparison.Ordinal)).Hit.Page!.Value));

        var tight = hits.Sum(hit => TokenEstimate.Of(hit.Text) + SourceSelection.FenceTokens) + TokenEstimate.Of("After one.");
        Assert.Equal(
            ["The middle of one.\nAfter one.", "The middle of two."],
            SourceSelection.From(hits, tight, neighbours).Select(source => source.Shown.Text));
        Assert.Equal(
            ["The middle of one.", "The middle of two."],
            SourceSelection.From(hits, tight - TokenEstimate.Of("After one."), neighbours).Select(source => source.Shown.Text));
    }

    [Fact]
    public void The_worst_passages_are_left_out_first_and_the_last_one_is_cut_between_sentences()
    {
        var hits = Enumerable.Range(1, 5)
            .Select(i => AnswerData.Hit($"Passage {i}. {string.Concat(Enumerable.Repeat(Long, 10))}".Trim(), i))
            .ToArray();
        var one = TokenEstimate.Of(hits[0].Text);

        var sources = SourceSelection.From(hits, one * 3);

        Assert.Equal([1, 2, 3], sources.Select(source => source.Shown.DocumentName[9] - '0'));
        Assert.Equal(hits[1].Text, sources[1].Shown.Text);
        Assert.True(sources[2].IsCut);
        Assert.StartsWith(sources[2].Shown.Text, hits[2].Text);
        Assert.EndsWith("little.", sources[2].Shown.Text);
        Assert.True(sources.Sum(source => TokenEstimate.Of(source.Shown.Text)) <= one * 3);
    }

    [Fact]
    public void The_same_text_twice_and_empty_text_are_no_further_sources()
    {
        var sources = SourceSelection.From([AnswerData.Hit("Once.", 1), AnswerData.Hit("Once. ", 2), AnswerData.Hit("  ", 3)], int.MaxValue);

        Assert.Single(sources);
    }

    [Fact]
    public void Every_passage_that_fits_is_in_exactly_one_source_whatever_the_ordinals_are()
    {
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var hits = Enumerable.Range(0, random.Next(1, 12))
                .Select(i => AnswerData.Hit($"Unique text {round}-{i} with words enough.", random.Next(1, 3), random.Next(0, 6)) with { ChunkId = Guid.NewGuid() })
                .ToArray();

            var sources = SourceSelection.From(hits, int.MaxValue);

            var cited = sources.SelectMany(source => source.Chunks.Select(part => part.ChunkId)).ToList();
            Assert.Equal(hits.Select(hit => hit.ChunkId).Order(), cited.Order());
            Assert.All(hits, hit =>
                Assert.Single(sources, source => source.Shown.Text.Contains(hit.Text, StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("The quick brown fox jumps over the lazy dog, and then it does so again because nobody stopped it.")]
    [InlineData("| 2021 | 1,234.56 | 7.8 % | n/a |\n| 2022 | 2,345.67 | 8.9 % | n/a |")]
    [InlineData("Die Haftpflichtversicherungsgesellschaft übernimmt die Kosten für größere Schäden nach § 7 Abs. 3.")]
    [InlineData("Правительство объявило о новых мерах поддержки малого бизнеса в регионах страны.")]
    [InlineData("这家公司成立于一九八七年，总部位于奥斯陆，员工四百一十二人。")]
    [InlineData("यह कंपनी 1987 में ओस्लो में स्थापित हुई थी और इसमें 412 कर्मचारी हैं।")]
    public void Tokens_are_never_estimated_too_low(string text)
    {
        var tokenizer = TiktokenTokenizer.CreateForModel("gpt-4o");

        Assert.InRange(TokenEstimate.Of(text), tokenizer.CountTokens(text), tokenizer.CountTokens(text) * 4);
    }
}
