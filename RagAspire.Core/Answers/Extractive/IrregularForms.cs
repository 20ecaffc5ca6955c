using System.Collections.Frozen;
using RagAspire.Vectors.Terms;

namespace RagAspire.Answers.Extractive;

/// <summary>
/// Brings irregular English forms to the base: a question asks how much sales grow, and the source says that they grew.
/// </summary>
/// <remarks>Forms that are also common words of their own, such as "found", "left" and "saw", stay as they are.</remarks>
internal sealed class IrregularForms
{
    /// <summary>The base, then its forms.</summary>
    private const string Verbs = """
        arise arose arisen; awake awoke awoken; become became; begin began begun; bite bitten; blow blew blown; break broke
        broken; bring brought; build built; buy bought; catch caught; choose chose chosen; come came; deal dealt; dig dug; do
        did done; draw drew drawn; drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feed fed; fight
        fought; flee fled; fly flew flown; forbid forbade forbidden; foresee foresaw foreseen; forget forgot forgotten; freeze
        froze frozen; get got gotten; give gave given; go went gone; grow grew grown; hang hung; have had; hear heard; hide
        hid hidden; hold held; keep kept; know knew known; lead led; lend lent; lose lost; make made; meet met; mistake
        mistook mistaken; outgrow outgrew outgrown; overcome overcame; overtake overtook overtaken; pay paid; repay repaid;
        rebuild rebuilt; ride rode ridden; rise rose risen; run ran; say said; see seen; seek sought; sell sold; resell
        resold; send sent; shake shook shaken; shine shone; shoot shot; show shown; shrink shrank shrunk; sing sang sung; sink
        sank sunk; sleep slept; slide slid; speak spoke spoken; spend spent; steal stole stolen; stick stuck; strike struck;
        strive strove striven; swear sworn; sweep swept; swim swam swum; swing swung; take took taken; teach taught; tear tore
        torn; tell told; think thought; throw threw thrown; undergo underwent undergone; understand understood; undertake
        undertook undertaken; wake woke woken; wear wore worn; weave wove woven; win won; withdraw withdrew withdrawn;
        withstand withstood; write wrote written
        """;

    private const string Nouns =
        "child children; foot feet; goose geese; man men; mouse mice; person people; tooth teeth; woman women; criterion criteria";

    private readonly FrozenDictionary<string, string> _bases;

    public IrregularForms(TextAnalyzer analyzer) => _bases = $"{Verbs}; {Nouns}"
        .Split(';', StringSplitOptions.TrimEntries)
        .Select(analyzer.Terms)
        .SelectMany(forms => forms.Skip(1).Select(form => (Form: form, Base: forms[0])))
        .DistinctBy(pair => pair.Form)
        .ToFrozenDictionary(pair => pair.Form, pair => pair.Base, StringComparer.Ordinal);

    /// <summary>The term of the base form; the term itself when it is regular.</summary>
    public string BaseOf(string term) => _bases.GetValueOrDefault(term, term);
}
