using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using RagAspire.Answers.Extractive;
using RagAspire.Vectors.Terms;

namespace RagAspire.Answers.Citations;

/// <summary>Holds a model's sentences against the sources: who said it, and in which words.</summary>
internal sealed partial class CitationMatcher(SourceSentences evidence, QuestionTerms words)
{
    /// <summary>The share of a sentence's terms that one sentence of a source must hold to be its origin beyond doubt.</summary>
    private const double Clear = .75;

    /// <summary>How much better the origin must be than the next source.</summary>
    private const double Margin = .2;

    /// <summary>Below this a cited source has nothing of the sentence.</summary>
    private const double Foreign = .1;

    /// <summary>Shorter sentences ("Yes.") could come from anywhere.</summary>
    private const int FewestTerms = 3;

    /// <summary>The text with a number on each sentence whose source is beyond doubt, and the sources it uses.</summary>
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

    /// <summary>When no sentence has a source beyond doubt: the one that holds most of the answer and of the question.</summary>
    /// <returns>Null when none holds enough of the answer.</returns>
    public (string Text, IReadOnlyList<Citation> Citations)? CiteWhole(string text, IReadOnlyList<string> questionTerms)
    {
        var terms = words.Terms(text);
        var best = evidence.Sentences
            .Select(sentence => (sentence, Share: Share(terms, sentence), About: Share(questionTerms, sentence)))
            .Where(found => found.Share >= Clear)
            .OrderByDescending(found => found.Share + found.About)
            .FirstOrDefault();
        return best.sentence is null || !HasNumbersOf(text, best.sentence)
            ? null
            : (Cite(text, best.sentence.Number), [Quote(best.sentence)]);
    }

    /// <summary>Puts the number before the mark that ends a sentence.</summary>
    public static string Cite(string sentence, int number)
    {
        var mark = sentence.Length > 1 && ".!?。！？।؟".Contains(sentence[^1]) && sentence[^2] != '.' ? 1 : 0;
        var body = sentence.AsSpan(0, sentence.Length - mark).TrimEnd();
        return $"{body} [{number.ToString(CultureInfo.InvariantCulture)}]{sentence.AsSpan(sentence.Length - mark)}";
    }

    public static Citation Quote(SourceSentence sentence)
    {
        var source = sentence.Source.Shown;
        var part = sentence.Source.PartAt(sentence.Span.Start);
        return new Citation(
            sentence.Number, source.DocumentId, source.DocumentName, part.ChunkId, part.Page, sentence.Span.Of(source.Text));
    }

    private string CiteSentence(string sentence, Dictionary<int, Support> support)
    {
        var numbers = Mark().Matches(sentence).Select(mark => int.Parse(mark.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).ToList();
        var terms = words.Terms(Mark().Replace(sentence, " "));
        var origin = terms.Count >= FewestTerms && !sentence.EndsWith(':') && !sentence.EndsWith('?') ? Origin(sentence, terms) : null;
        if (numbers.Count == 0 && origin is not null)
        {
            numbers.Add(origin.Number);
            sentence = Cite(sentence, origin.Number);
        }
        else if (numbers.Count == 1 && origin is not null && origin.Number != numbers[0] && Best(terms, numbers[0]).Share < Foreign)
        {
            sentence = Mark().Replace(sentence, $"[{origin.Number}]");
            numbers = [origin.Number];
        }

        foreach (var number in numbers)
        {
            var best = Best(terms, number);
            if (!support.TryGetValue(number, out var known) || best.Share > known.Share)
            {
                support[number] = best;
            }
        }

        return sentence;
    }

    /// <summary>The sentence that this one clearly comes from: it holds most of its terms, all its numbers, and no other source does.</summary>
    private SourceSentence? Origin(string sentence, IReadOnlyList<string> terms)
    {
        var bests = evidence.BySource.Where(source => source.Count > 0)
            .Select(source => Best(terms, source[0].Number))
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

    private Support Best(IReadOnlyList<string> terms, int number) =>
        evidence.BySource[number - 1]
            .Select(sentence => new Support(sentence, Share(terms, sentence)))
            .MaxBy(support => support.Share)!;

    private double Share(IReadOnlyList<string> terms, SourceSentence sentence)
    {
        double shared = 0, all = 0;
        foreach (var term in terms.Distinct(StringComparer.Ordinal))
        {
            var weight = evidence.Rarity(term);
            all += weight;
            shared += sentence.TermSet.Contains(term) ? weight : 0;
        }

        return all > 0 ? shared / all : 0;
    }

    private static bool HasNumbersOf(string sentence, SourceSentence origin) =>
        Number().Matches(Mark().Replace(sentence, " ")).All(number => origin.Text.Contains(number.Value, StringComparison.Ordinal));

    /// <summary>A source's sentence, and the share of another one's terms that it holds.</summary>
    private sealed record Support(SourceSentence Sentence, double Share);

    [GeneratedRegex(@"\[(\d+)\]")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\d+([.,]\d+)*")]
    private static partial Regex Number();
}
