using System.Collections.Frozen;
using System.Text.RegularExpressions;
using RagAspire.Vectors.Terms;

namespace RagAspire.Answers.Extractive;

/// <summary>Reduces questions and source texts to terms: by the index's analysis, irregular forms to their base.</summary>
internal sealed partial class QuestionTerms(TextAnalyzer analyzer)
{
    /// <summary>Words of questions that do not tell the subject: question words, auxiliaries, articles, prepositions.</summary>
    private static readonly FrozenSet<string> Asking = new[]
    {
        "what", "which", "who", "whom", "whose", "when", "where", "why", "how", "do", "does", "did", "done", "is", "are", "was", "were",
        "be", "been", "has", "have", "had", "can", "could", "would", "should", "will", "shall", "may", "might", "must", "the", "a",
        "an", "of", "in", "on", "at", "to", "for", "from", "by", "with", "about", "and", "or", "many", "much", "there", "their", "they",
        "them", "he", "she", "it", "its", "his", "her", "we", "our", "you", "your", "i", "me", "my", "this", "that", "these", "those",
        "please", "tell", "name", "give", "explain", "describe", "list", "as", "into", "than", "then", "also", "any", "some", "not",
        "wer", "wen", "wem", "wessen", "was", "welche", "welcher", "welches", "welchem", "welchen", "wann", "wo", "wohin", "woher",
        "warum", "wieso", "wie", "viel", "viele", "ist", "sind", "war", "waren", "wird", "wurde", "wurden", "hat", "haben", "hatte",
        "der", "die", "das", "den", "dem", "des", "ein", "eine", "einer", "eines", "einem", "einen", "und", "oder", "von", "vom", "zu",
        "zum", "zur", "im", "mit", "für", "auf", "aus", "bei", "nach", "über",
        "qui", "que", "quoi", "quel", "quelle", "quels", "quelles", "quand", "où", "pourquoi", "comment", "combien", "est", "sont",
        "le", "la", "les", "un", "une", "du", "et", "ou", "dans", "pour", "par", "sur", "avec", "ont", "fut",
        "qué", "quién", "quiénes", "cuál", "cuáles", "cuándo", "dónde", "cómo", "cuánto", "cuántos", "cuántas", "cuánta", "es", "son",
        "fue", "fueron", "era", "el", "los", "las", "una", "del", "y", "o", "en", "por", "para", "con", "se", "su",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly IrregularForms _forms = new(analyzer);

    public IReadOnlyList<string> Terms(string text) => [.. analyzer.Terms(text).Select(_forms.BaseOf)];

    /// <summary>The terms of a question's subject; all its terms when none would be left.</summary>
    public IReadOnlyList<string> ContentTerms(string question)
    {
        var content = Word().Replace(question, word => Asking.Contains(word.Value) ? " " : word.Value);
        var terms = Terms(content);
        return terms.Count > 0 ? terms : Terms(question);
    }

    [GeneratedRegex(@"[\p{L}\p{M}]+")]
    private static partial Regex Word();
}
