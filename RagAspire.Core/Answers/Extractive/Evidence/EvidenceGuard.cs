namespace RagAspire.Answers.Extractive.Evidence;

/// <summary>
/// Keeps sentences about another thing out of an answer: ERR-1234 says nothing about ERR-9999, and Lodz nothing about Lyon.
/// </summary>
/// <remarks>
/// A code or number of the question must be in the sentence, or, where the sentence names none of its kind, in the sentence
/// before, the headings or else the source. Names must be in the sources, and none may stand in the place of an asked one.
/// See <see cref="Identity"/> for what counts.
/// </remarks>
internal sealed class EvidenceGuard
{
    private readonly IReadOnlyList<Identity> _asked;
    private readonly HashSet<SourceSentence> _admitted;
    private readonly HashSet<SourceSentence> _settled = [];
    private readonly HashSet<string> _terms;

    public EvidenceGuard(AskedQuestion question, SourceSentences sources)
    {
        _asked = [.. Identity.Asked(question).Distinct()];
        _terms = [.. _asked.SelectMany(identity => question.Analyze(identity.Text))];
        var names = AskedNames.Of(question);
        HasNames = names.Any && names.AreIn(sources);
        _admitted = HasNames || !names.Any ? [.. sources.BySource.SelectMany(source => Admitted(source, names))] : [];
        if (!_asked.All(identity => !identity.IsTelling || _admitted.Any(sentence => Holds(sentence, identity))))
        {
            _admitted.Clear();
        }
    }

    /// <summary>The question has names, and the sources have them too.</summary>
    public bool HasNames { get; }

    public bool AdmitsNone => _admitted.Count == 0;

    public bool Admits(SourceSentence sentence) => _admitted.Contains(sentence);

    /// <summary>
    /// Whether a term belongs to a code or number that a sentence need not repeat: it stands just before, or in the
    /// headings.
    /// </summary>
    public bool IsSettled(string term, SourceSentence sentence) => _terms.Contains(term) && _settled.Contains(sentence);

    private List<SourceSentence> Admitted(IReadOnlyList<SourceSentence> source, AskedNames names)
    {
        var admitted = new List<SourceSentence>();
        var values = _asked.Count == 0 ? [] : source.SelectMany(sentence => Identity.Values(sentence.Text)).ToHashSet();
        var carried = new Dictionary<string, HashSet<string>>();
        var scope = default(SentenceScope);
        foreach (var sentence in source)
        {
            if (scope != sentence.Scope)
            {
                carried = ByFamily(sentence.Scope.Heading);
                scope = sentence.Scope;
            }

            var own = _asked.Count == 0 ? [] : ByFamily(sentence.Text);
            if (IsAbout(sentence, own, carried, values) && !names.ContradictIn(sentence))
            {
                admitted.Add(sentence);
                if (_asked.Any(identity => Holds(sentence, identity)
                    || carried.GetValueOrDefault(identity.Family)?.Contains(identity.Value) == true))
                {
                    _settled.Add(sentence);
                }
            }

            foreach (var (family, members) in own.Where(family => family.Key != Identity.Year))
            {
                carried[family] = members;
            }
        }

        return admitted;
    }

    /// <summary>Whether a sentence is about one of the asked things of each family.</summary>
    private bool IsAbout(
        SourceSentence sentence, Dictionary<string, HashSet<string>> own, Dictionary<string, HashSet<string>> carried,
        HashSet<string> values)
    {
        foreach (var family in _asked.GroupBy(identity => identity.Family))
        {
            var said = own.GetValueOrDefault(family.Key) ?? carried.GetValueOrDefault(family.Key);
            var isSaid = family.Any(identity => Holds(sentence, identity) || said?.Contains(identity.Value) == true);
            if (!isSaid && (said is not null
                || (family.First().IsTelling && !family.Any(identity => values.Contains(identity.Value)))))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(SourceSentence sentence, Identity identity) =>
        Identity.Values(sentence.Text).Contains(identity.Value) || Identity.Values(sentence.Scope.Heading)
            .Contains(identity.Value);

    private static Dictionary<string, HashSet<string>> ByFamily(string text) => Identity.Of(text)
        .GroupBy(identity => identity.Family)
        .ToDictionary(family => family.Key, family => family.Select(identity => identity.Value).ToHashSet());
}
