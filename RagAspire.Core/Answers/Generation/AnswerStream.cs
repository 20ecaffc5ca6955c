using System.Text;
using System.Text.RegularExpressions;
using RagAspire.Answers.Citations;
using RagAspire.Vectors.Terms;

namespace RagAspire.Answers.Generation;

/// <summary>
/// Filters a model's output to the text that is shown; the result does not depend on the borders of the pieces.
/// </summary>
internal sealed partial class AnswerStream(int sourceCount)
{
    private readonly ControlFilter _controls = new();
    private readonly ThoughtFilter _thoughts = new();
    private readonly NoAnswerFilter _noAnswer = new();
    private readonly CitationFilter _citations = new(sourceCount);
    private readonly StringBuilder _said = new();
    private readonly StringBuilder _marked = new();
    private readonly StringBuilder _text = new();
    private bool _beganWithNoAnswer;

    /// <summary>The text so far, without reasoning that was recognised only later.</summary>
    public string Text => _text.ToString();

    /// <summary>The model states that the sources do not contain the answer.</summary>
    public bool IsNoAnswer =>
        _beganWithNoAnswer
        || (!Cited().IsMatch(Text) && (_noAnswer.WasSaid || (Refusal().IsMatch(Text) && Sentences.Split(Text).Count <= 2)));

    /// <summary>Adds the next piece, and returns the text that can be shown now.</summary>
    public string Push(string piece)
    {
        var from = _text.Length;
        foreach (var letter in piece.Where(_controls.Shows))
        {
            Push(letter, ref from);
        }

        return Shown(from);
    }

    /// <summary>Ends the output, and returns the rest of the text.</summary>
    public string Finish()
    {
        var from = _text.Length;
        _thoughts.Finish(_said);
        PassOn();
        _noAnswer.Finish(_marked);
        Cite();
        _citations.Finish(_text);
        return Shown(from);
    }

    private void Push(char letter, ref int from)
    {
        _thoughts.Push(letter, _said);
        if (_thoughts.TakeBack)
        {
            _thoughts.TakeBack = false;
            _said.Clear();
            _marked.Clear();
            _text.Clear();
            _citations.Reset();
            from = 0;
        }

        PassOn();
        Cite();
    }

    private void PassOn()
    {
        foreach (var letter in _said.ToString())
        {
            _noAnswer.Push(letter, _marked);
        }

        _said.Clear();
    }

    private void Cite()
    {
        _beganWithNoAnswer |= _noAnswer.WasSaid && _text.Length == 0 && string.IsNullOrWhiteSpace(_marked.ToString());
        foreach (var letter in _marked.ToString())
        {
            _citations.Push(letter, _text);
        }

        _marked.Clear();
    }

    /// <summary>Text after a leading "no answer" is an explanation and not shown.</summary>
    private string Shown(int from) => _beganWithNoAnswer ? "" : _text.ToString(from, _text.Length - from);

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Cited();

    [GeneratedRegex(
        @"^\W*((i('m| am)? ?(sorry|afraid|apologi[sz]e)\W+(but )?)?(i (do not|don['’]t|can(no|['’])t) (know|find|answer|determine)|there is no (information|mention)|the (provided |given )?(sources?|documents?|context|text|information|passages?) (do(es)? not|don['’]t|doesn['’]t))|no (relevant )?(information|answer|mention)|unknown\W*$|(ich weiß (es )?nicht|die (quellen|dokumente) (enthalten|nennen) kein)|je ne sais pas|les (sources|documents) ne |no (lo )?sé|las fuentes no )",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Refusal();
}
