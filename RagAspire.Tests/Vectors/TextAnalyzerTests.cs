using RagAspire.Vectors;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Vectors;

public sealed class TextAnalyzerTests : IDisposable
{
    private readonly TextAnalyzer _analyzer = new();

    public void Dispose() => _analyzer.Dispose();

    [Fact]
    public void English_is_lower_cased_stemmed_and_freed_of_stop_words()
        => Assert.Equal(["databas", "run", "server"], _analyzer.Terms("The DATABASES are running on the server's"));

    [Theory]
    [InlineData("café", "cafe")]
    [InlineData("CAFÉ", "cafe\u0301")]
    [InlineData("ﬁnal", "final")]
    [InlineData("ＡＢＣ１２３", "abc123")]
    [InlineData("trans\u00ADaction", "transaction")]
    [InlineData("Ελληνικά", "ΕΛΛΗΝΙΚΑ")]
    [InlineData("самолёты", "самолеты")]
    [InlineData("книги", "книга")]
    [InlineData("الكتاب", "كتاب")]
    [InlineData("کتاب", "كتاب")]
    [InlineData("किताबों", "किताब")]
    public void Spellings_of_one_word_are_one_term(string one, string other)
        => Assert.Equal(_analyzer.Terms(one), _analyzer.Terms(other));

    [Theory]
    [InlineData("東京都庁", "都庁")]
    [InlineData("数据库服务器", "数据库")]
    [InlineData("ประเทศไทยสวยงาม", "ประเทศไทย")]
    [InlineData("전화번호", "번호")]
    public void A_word_inside_a_text_without_spaces_is_found(string text, string word)
        => Assert.Subset(_analyzer.Terms(text).ToHashSet(), _analyzer.Terms(word).ToHashSet());

    [Theory]
    [InlineData("queue_depth", "depth")]
    [InlineData("edit prometheus.yml", "prometheus")]
    [InlineData("The end was found.Then it", "found")]
    [InlineData("__init__", "init")]
    public void An_identifier_is_found_by_a_word_of_it_and_as_a_whole(string text, string word)
    {
        var terms = _analyzer.Terms(text).ToHashSet();
        Assert.Subset(terms, _analyzer.Terms(word).ToHashSet());
        Assert.Subset(terms, _analyzer.Terms(text.Split(' ')[^1]).ToHashSet());
    }

    [Fact]
    public void Numbers_and_versions_stay_whole()
        => Assert.Equal(["version", "13.5.4", "0.05"], _analyzer.Terms("version 13.5.4 0.05"));

    [Fact]
    public void Vietnamese_tones_count_but_can_be_left_out()
    {
        var written = _analyzer.Terms("phở bò Hà Nội").ToHashSet();

        Assert.Contains("phở", written);
        Assert.Subset(written, _analyzer.Terms("pho bo ha noi").ToHashSet());
    }

    [Theory]
    [InlineData("")]
    [InlineData("   \n\t ")]
    [InlineData("the")]
    [InlineData("… — !!!")]
    public void A_text_without_words_has_no_terms(string text)
        => Assert.Same(TermVector.Empty, new Bm25Encoder(_analyzer).Encode(text));

    [Fact]
    public void Broken_text_is_read_as_far_as_it_goes()
        => Assert.Equal(["good", "text", "again"], _analyzer.Terms("good \uD800 text \uDC00\u0000 again"));

    [Fact]
    public void Very_long_words_and_texts_are_no_danger()
    {
        var vector = new Bm25Encoder(_analyzer).Encode(new string('x', 1_000_000) + " " + string.Join(' ', Enumerable.Repeat("word other", 200_000)));

        Assert.Contains(200_000f, vector.Values);
    }

    [Fact]
    public void Terms_are_counted_by_their_hash_in_ascending_order()
    {
        var vector = new Bm25Encoder(_analyzer).Encode("alpha beta alpha gamma Alpha");

        Assert.Equal(vector.Indices.Order(), vector.Indices);
        Assert.Equal(5, vector.Length);
        Assert.Equal(3, vector.Values[Array.IndexOf(vector.Indices, Bm25Encoder.Hash("alpha"))]);
    }

    [Fact]
    public void The_hash_of_a_term_never_changes()
    {
        // Stored term vectors hold these numbers.
        Assert.Equal(1625545893U, Bm25Encoder.Hash("databas"));
        Assert.Equal(3971628530U, Bm25Encoder.Hash(""));
        Assert.Equal(1872096738U, Bm25Encoder.Hash("東京"));
    }

    [Fact]
    public void Terms_of_a_large_vocabulary_hardly_ever_share_a_hash()
    {
        var hashes = Enumerable.Range(0, 200_000).Select(i => Bm25Encoder.Hash($"term{i}")).Distinct().Count();
        Assert.InRange(hashes, 199_980, 200_000); // 4.7 collisions are expected
    }

    [Fact]
    public void Many_threads_get_what_one_gets()
    {
        var texts = Enumerable.Range(0, 200).Select(i => $"The servers number{i} are running café {i} データ{i} phở").ToArray();
        var expected = texts.Select(t => string.Join(' ', _analyzer.Terms(t))).ToArray();
        var actual = new string[texts.Length];

        Parallel.For(0, texts.Length, i => actual[i] = string.Join(' ', _analyzer.Terms(texts[i])));

        Assert.Equal(expected, actual);
    }
}
