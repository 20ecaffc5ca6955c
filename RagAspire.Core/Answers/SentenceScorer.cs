using System.Text.RegularExpressions;

namespace RagAspire.Answers;

/// <summary>How much a sentence's properties count. Fitted on half of the articles of a question collection.</summary>
internal sealed record ScoringWeights
{
    public static ScoringWeights Default { get; } = new();

    /// <summary>Question terms in the sentence, by rarity.</summary>
    public double Coverage { get; init; } = 1;

    /// <summary>Question terms in the sentence before or the headings, where the sentence lacks them.</summary>
    public double Context { get; init; } = .25;

    /// <summary>Added to the context's weight for a sentence that refers back ("It was…").</summary>
    public double Back { get; init; } = .2;

    /// <summary>Question terms that only look alike ("register", "registration").</summary>
    public double Alike { get; init; } = .4;

    /// <summary>Neighbouring question terms that are near each other in the sentence.</summary>
    public double Pairs { get; init; } = .2;

    /// <summary>A number where a number is asked for, and so on.</summary>
    public double Expected { get; init; } = .2;

    /// <summary>The source's rank: all of it for the first, a part for each further.</summary>
    public double Rank { get; init; } = .3;

    /// <summary>Taken off for sentences that say nothing beside what was asked.</summary>
    public double Empty { get; init; } = .3;

    /// <summary>Taken off for each doubling of the length above the usual.</summary>
    public double Long { get; init; } = .05;
}

/// <summary>Says how likely each sentence answers a question.</summary>
internal sealed partial class SentenceScorer
{
    private const int UsualLength = 25;

    /// <summary>How much the terms of the question before count.</summary>
    private const double EarlierTerms = .3;

    private readonly Evidence _evidence;
    private readonly IReadOnlyList<string> _terms;
    private readonly ScoringWeights _weights;
    private readonly string _question;
    private readonly ExpectedAnswer _expected;
    private readonly Dictionary<string, double> _share;

    /// <param name="before">The question that this one continues ("And in 2022?"); null when it stands alone.</param>
    public SentenceScorer(string question, string? before, Evidence evidence, Words words, ScoringWeights? weights = null)
    {
        _question = $"{before} {question}";
        _evidence = evidence;
        _weights = weights ?? ScoringWeights.Default;
        _terms = words.ContentTerms(question);
        _expected = ExpectedAnswers.Of(question) is var asked && asked == ExpectedAnswer.Anything && before is not null
            ? ExpectedAnswers.Of(before)
            : asked;
        var rarities = _terms.Distinct().ToDictionary(term => term, evidence.Rarity, StringComparer.Ordinal);
        foreach (var term in before is null ? [] : words.ContentTerms(before))
        {
            rarities.TryAdd(term, evidence.Rarity(term) * EarlierTerms);
        }

        var total = rarities.Values.Sum();
        _share = rarities.ToDictionary(pair => pair.Key, pair => total > 0 ? pair.Value / total : 0, StringComparer.Ordinal);
    }

    /// <summary>All sentences, best first.</summary>
    public List<ScoredSentence> Rank() =>
        [.. _evidence.BySource
            .SelectMany(sentences => sentences.Select(sentence => Score(sentence, sentences)))
            .OrderByDescending(scored => scored.Score)
            .ThenBy(scored => scored.Sentence.Number)
            .ThenBy(scored => scored.Sentence.Index)];

    private ScoredSentence Score(EvidenceSentence sentence, IReadOnlyList<EvidenceSentence> source)
    {
        var before = sentence.Index > 0 ? source[sentence.Index - 1] : null;
        double coverage = 0, context = 0, alike = 0;
        foreach (var (term, share) in _share)
        {
            if (sentence.TermSet.Contains(term))
            {
                coverage += share;
            }
            else if (sentence.Holds(term))
            {
                alike += share;
            }
            else if (before is not null && before.TermSet.Contains(term))
            {
                context += share;
            }
        }

        var score = (_weights.Coverage * coverage)
            + (_weights.Alike * alike)
            + ((_weights.Context + (RefersBack(sentence) ? _weights.Back : 0)) * context)
            + (_weights.Pairs * Pairs(sentence))
            + (ExpectedAnswers.IsIn(sentence.Text, _expected, _question) ? _weights.Expected : 0)
            + (_weights.Rank / sentence.Number)
            - (SaysNothingNew(sentence) ? _weights.Empty : 0)
            - (_weights.Long * Math.Max(0, Math.Log2(Math.Max(1, sentence.Terms.Count) / (double)UsualLength)));
        return new ScoredSentence(sentence, score, coverage + (alike / 2));
    }

    private double Pairs(EvidenceSentence sentence)
    {
        const int Near = 4;
        if (_terms.Count < 2)
        {
            return 0;
        }

        var found = 0;
        for (var i = 0; i + 1 < _terms.Count; i++)
        {
            found += AreNear(sentence.Terms, _terms[i], _terms[i + 1], Near) ? 1 : 0;
        }

        return found / (double)(_terms.Count - 1);
    }

    private static bool AreNear(IReadOnlyList<string> terms, string first, string second, int near)
    {
        for (var i = 0; i < terms.Count; i++)
        {
            if (terms[i] != first)
            {
                continue;
            }

            for (var j = Math.Max(0, i - near); j < Math.Min(terms.Count, i + near + 1); j++)
            {
                if (j != i && terms[j] == second)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool SaysNothingNew(EvidenceSentence sentence) =>
        sentence.Text.EndsWith('?') || sentence.TermSet.Count(term => !_share.ContainsKey(term)) < 2;

    /// <summary>Begins with a word that only the sentence before explains.</summary>
    public static bool RefersBack(EvidenceSentence sentence) => Backward().IsMatch(sentence.Text);

    [GeneratedRegex(
        @"^(it|its|he|she|they|this|these|that|those|his|her|their|both|such|er|sie|es|dies\w*|jene\w*|sein\w*|ihre?\w*|il|elle|ils|elles|cel\w+|ces?|cette|son|sa|ses|leurs?|este|esta|estos|estas|esto|él|ella|ellos|su|sus)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Backward();
}

/// <summary>A sentence with its score and the share of the question's terms that it holds.</summary>
internal sealed record ScoredSentence(EvidenceSentence Sentence, double Score, double Coverage);
