using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using RagAspire.Answers.Extractive;
using RagAspire.Vectors.Terms;

namespace RagAspire.Answers.Citations;

/// <summary>
/// Compares a model's sentences with the sources: adds missing citations, corrects wrong ones, and finds the quotes.
/// </summary>
internal sealed partial class CitationMatcher(SourceSentences sources, QuestionTerms terms)
{
    /// <summary>The share of a sentence's terms that a source sentence must contain to be its origin.</summary>
    private const double Clear = .75;

    /// <summary>The lead in that share that the origin must have over the next source.</summary>
    private const double Margin = .2;

    /// <summary>Below this share a citation is wrong.</summary>
    private const double Foreign = .1;

    /// <summary>A sentence with fewer terms ("Yes.") matches any source.</summary>
    private const int FewestTerms = 3;

    /// <summary>The text with a citation on each sentence whose origin is clear, and the citations.</summary>
    public (string Text, IReadOnlyList<Citation> Citations) Cite(string text)
    {
        var cited = new StringBuilder(text.Length + 16);
        var support = new Dictionary<int, Support>();
        var end = 0;
        foreach (var span in Sentences.Split(text))
        {
            cited.Append(text, end, span.Start - end).Append(CiteSentence(span.Of(text), support));
            end = span.End;
        }

        cited.Append(text, end, text.Length - end);
        return (cited.ToString(), [.. support.OrderBy(pair => pair.Key).Select(pair => Quote(pair.Value.Sentence))]);
    }

    /// <summary>
    /// Cites an answer in which no sentence has a clear origin, by the best source sentence for answer and question.
    /// </summary>
    /// <returns>Null when no source sentence contains enough of the answer.</returns>
    public (string Text, IReadOnlyList<Citation> Citations)? CiteWhole(string text, IReadOnlyList<string> questionTerms)
    {
        var answerTerms = terms.Terms(text);
        var best = sources.All
            .Select(sentence => (sentence, Share: Share(answerTerms, sentence), About: Share(questionTerms, sentence)))
            .Where(found => found.Share >= Clear)
            .OrderByDescending(found => found.Share + found.About)
            .FirstOrDefault();
        return best.sentence is null || !HasNumbersOf(text, best.sentence)
            ? null
            : (Cite(text, best.sentence.Number), [Quote(best.sentence)]);
    }

    /// <summary>Inserts a citation before the punctuation mark that ends a sentence.</summary>
    public static string Cite(string sentence, int number)
    {
        var mark = sentence.Length > 1 && ".!?:。！？：।؟".Contains(sentence[^1]) && sentence[^2] != '.' ? 1 : 0;
        var body = sentence.AsSpan(0, sentence.Length - mark).TrimEnd();
        return $"{body} [{number.ToString(CultureInfo.InvariantCulture)}]{sentence.AsSpan(sentence.Length - mark)}";
    }

    public static Citation Quote(SourceSentence sentence)
    {
        var source = sentence.Source.Shown;
        var chunk = sentence.Source.ChunkAt(sentence.Span.Start);
        var (page, section) = chunk.PlaceAt(sentence.Span.Start);
        return new Citation(
            sentence.Number,
            source.DocumentId,
            source.DocumentName,
            chunk.ChunkId,
            page,
            section,
            chunk.PositionOf(sentence.Span.Start),
            sentence.Source.ChunkAt(sentence.Span.End - 1).PositionOf(sentence.Span.End),
            ControlFilter.Clean(sentence.Span.Of(source.Text)));
    }

    /// <summary>A number in brackets; 0, which is no source, for one that is too large, such as that of an order.</summary>
    private static int Number(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private string CiteSentence(string sentence, Dictionary<int, Support> support)
    {
        var numbers = Mark().Matches(sentence).Select(mark => Number(mark.Groups[1].ValueSpan))
            .Where(number => number >= 1 && number <= sources.BySource.Count && sources.BySource[number - 1].Count > 0)
            .ToList();
        var sentenceTerms = terms.Terms(Mark().Replace(sentence, " "));
        var origin = sentenceTerms.Count >= FewestTerms && !sentence.EndsWith(':') && !sentence.EndsWith('?')
                ? Origin(sentence, sentenceTerms)
                : null;
        if (numbers.Count == 0 && origin is not null)
        {
            numbers.Add(origin.Number);
            sentence = Cite(sentence, origin.Number);
        }
        else if (numbers.Count == 1 && origin is not null && origin.Number != numbers[0]
            && Best(sentenceTerms, numbers[0]).Share < Foreign)
        {
            sentence = Mark().Replace(sentence, $"[{origin.Number}]");
            numbers = [origin.Number];
        }

        foreach (var number in numbers)
        {
            var best = Best(sentenceTerms, number);
            if (!support.TryGetValue(number, out var known) || best.Share > known.Share)
            {
                support[number] = best;
            }
        }

        return sentence;
    }

    /// <summary>The only source sentence with most terms and all numbers of a sentence; null when there is none.</summary>
    private SourceSentence? Origin(string sentence, IReadOnlyList<string> sentenceTerms)
    {
        var bests = sources.BySource.Where(source => source.Count > 0)
            .Select(source => Best(sentenceTerms, source[0].Number))
            .OrderByDescending(best => best.Share)
            .Take(2)
            .ToList();
        return bests.Count > 0
            && bests[0].Share >= Clear
            && (bests.Count == 1 || bests[0].Share - bests[1].Share >= Margin)
            && HasNumbersOf(sentence, bests[0].Sentence)
                ? bests[0].Sentence
                : null;
    }

    private Support Best(IReadOnlyList<string> sentenceTerms, int number) =>
        sources.BySource[number - 1]
            .Select(sentence => new Support(sentence, Share(sentenceTerms, sentence)))
            .MaxBy(support => support.Share)!;

    private double Share(IReadOnlyList<string> wanted, SourceSentence sentence)
    {
        double shared = 0, all = 0;
        foreach (var term in wanted.Distinct(StringComparer.Ordinal))
        {
            var weight = sources.Rarity(term);
            all += weight;
            shared += sentence.TermSet.Contains(term) ? weight : 0;
        }

        return all > 0 ? shared / all : 0;
    }

    private static bool HasNumbersOf(string sentence, SourceSentence origin) =>
        Number().Matches(Mark().Replace(sentence, " ")).All(number => origin.Text.Contains(number.Value, StringComparison.Ordinal));

    /// <summary>A source sentence, and the share of an answer sentence's terms that it contains.</summary>
    private sealed record Support(SourceSentence Sentence, double Share);

    [GeneratedRegex(@"\[(\d+)\]")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\d+([.,]\d+)*")]
    private static partial Regex Number();
}
