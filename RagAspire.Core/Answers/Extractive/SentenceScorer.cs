using System.Text.RegularExpressions;
using RagAspire.Answers.Extractive.Evidence;

namespace RagAspire.Answers.Extractive;

/// <summary>Scores the sentences of the sources by how likely they answer a question.</summary>
/// <remarks>
/// The weights are chosen by hand and checked on two collections of questions. Fitting them to one half of a collection
/// gained two points there and lost two on the other half.
/// </remarks>
internal sealed partial class SentenceScorer
{
    /// <summary>For question terms that the sentence contains in a similar form ("register", "registration"); equal ones count 1.</summary>
    private const double Alike = .4;

    /// <summary>For question terms that only the sentence before or the headings contain.</summary>
    private const double Context = .25;

    /// <summary>Added to that for a sentence that refers back ("It was…").</summary>
    private const double Back = .2;

    /// <summary>For neighbouring question terms that are near each other in the sentence.</summary>
    private const double Nearness = .2;

    /// <summary>For a number where a number is asked for, and so on.</summary>
    private const double Expected = .2;

    /// <summary>For an amount of money or a percentage where one is asked for: words such as "revenue" are all over a report.</summary>
    private const double Amount = .4;

    /// <summary>For a number directly before the noun that the question counts: "132,200 employees".</summary>
    private const double Counted = .6;

    /// <summary>Penalty: the section contains none of the question's names and numbers.</summary>
    private const double Nameless = .4;

    /// <summary>For the first source; a part of it for each further one.</summary>
    private const double FirstSource = .3;

    /// <summary>Penalty: the sentence contains nothing but terms of the question.</summary>
    private const double Empty = .3;

    /// <summary>Penalty for each doubling of the usual length, in terms.</summary>
    private const double Long = .05;

    private const int UsualLength = 25;

    /// <summary>Weight of the terms of the question before.</summary>
    private const double EarlierTerms = .3;

    private readonly SourceSentences _sources;
    private readonly AskedQuestion _question;
    private readonly EvidenceGuard _guard;
    private readonly HashSet<SentenceScope> _nameless;
    private readonly Dictionary<string, double> _share;

    public SentenceScorer(AskedQuestion question, SourceSentences sources, EvidenceGuard guard)
    {
        (_question, _sources, _guard) = (question, sources, guard);
        _nameless = NamelessScopes(Relevance.Names(question), sources);
        var rarities = question.Terms.Distinct().ToDictionary(asked => asked, sources.Rarity, StringComparer.Ordinal);
        foreach (var earlier in question.Before is { } before ? question.Subject(before) : [])
        {
            rarities.TryAdd(earlier, sources.Rarity(earlier) * EarlierTerms);
        }

        var total = rarities.Values.Sum();
        _share = rarities.ToDictionary(pair => pair.Key, pair => total > 0 ? pair.Value / total : 0, StringComparer.Ordinal);
    }

    /// <summary>All sentences, best first.</summary>
    public List<ScoredSentence> Rank() =>
        [.. _sources.BySource
            .SelectMany(sentences => sentences.Select(sentence => Score(sentence, sentences)))
            .OrderByDescending(scored => scored.Score)
            .ThenBy(scored => scored.Sentence.Number)
            .ThenBy(scored => scored.Sentence.Index)];

    private ScoredSentence Score(SourceSentence sentence, IReadOnlyList<SourceSentence> source)
    {
        var before = sentence.Index > 0 && source[sentence.Index - 1] is { } previous && previous.Scope == sentence.Scope
            ? previous
            : null;
        double coverage = 0, context = 0, alike = 0;
        foreach (var (term, share) in _share)
        {
            if (sentence.TermSet.Contains(term) || _guard.IsSettled(term, sentence))
            {
                coverage += share;
            }
            else if (sentence.Holds(term))
            {
                alike += share;
            }
            else if (sentence.HoldsHalf(term))
            {
                alike += share / 2;
            }
            else if (before?.TermSet.Contains(term) == true || sentence.Scope.Terms.Contains(term))
            {
                context += share;
            }
        }

        var score = coverage
            + (Alike * alike)
            + ((RefersBack(sentence) ? Context + Back : Context) * context)
            + (Nearness * Pairs(sentence))
            + (ExpectedAnswers.Share(sentence.Text, _question.Expected, _question.Text)
                * (_question.Expected == ExpectedAnswer.Amount ? Amount : Expected))
            + (_question.Counted?.IsCountedIn(sentence) == true ? Counted : 0)
            + (FirstSource / sentence.Number)
            - (_nameless.Contains(sentence.Scope) ? Nameless : 0)
            - (SaysNothingNew(sentence) ? Empty : 0)
            - (Long * Math.Max(0, Math.Log2(Math.Max(1, sentence.Terms.Count) / (double)UsualLength)));
        return new ScoredSentence(sentence, score);
    }

    private static HashSet<SentenceScope> NamelessScopes(IReadOnlyList<string> names, SourceSentences sources) =>
        names.Count == 0 ? [] : [.. sources.All.GroupBy(sentence => sentence.Scope).Where(scope =>
            !names.Any(name => scope.Key.Terms.Contains(name) || scope.Any(sentence => sentence.Holds(name))))
            .Select(scope => scope.Key)];

    private double Pairs(SourceSentence sentence)
    {
        const int Near = 4;
        if (_question.Terms.Count < 2)
        {
            return 0;
        }

        var found = 0;
        for (var i = 0; i + 1 < _question.Terms.Count; i++)
        {
            found += AreNear(sentence.Terms, _question.Terms[i], _question.Terms[i + 1], Near) ? 1 : 0;
        }

        return found / (double)(_question.Terms.Count - 1);
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

    private bool SaysNothingNew(SourceSentence sentence) =>
        sentence.Text.EndsWith('?')
            || (!sentence.IsIntroduction && sentence.TermSet.Count(term => !_share.ContainsKey(term)) < 2);

    /// <summary>Whether a sentence begins with a word that refers to the sentence before.</summary>
    public static bool RefersBack(SourceSentence sentence) => Backward().IsMatch(sentence.Text);

    [GeneratedRegex(
        @"^(it|its|he|she|they|this|these|that|those|his|her|their|both|such|er|sie|es|dies\w*|jene\w*|sein\w*|ihre?\w*|il|elle|ils|elles|cel\w+|ces?|cette|son|sa|ses|leurs?|este|esta|estos|estas|esto|él|ella|ellos|su|sus)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Backward();
}

/// <summary>A sentence with its score, which is comparable only within one question.</summary>
internal sealed record ScoredSentence(SourceSentence Sentence, double Score);
