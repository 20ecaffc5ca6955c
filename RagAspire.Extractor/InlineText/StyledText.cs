using System.Text;

namespace RagAspire.Extractor.InlineText;

/// <summary>What the format of a run means for its text.</summary>
internal enum TextStyle
{
    Plain,
    Raised,
    Lowered,
    Struck,
    Hidden,
}

/// <summary>Joins runs of text; consecutive runs of one style are one, however an editor has cut them.</summary>
internal sealed class StyledText
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _run = new();
    private TextStyle _style;

    public int Length => _text.Length + _run.Length;

    /// <summary>Of the runs that follow without one of their own.</summary>
    public TextStyle Style { get; set; }

    public void Append(string text) => Append(text, Style);

    public void Append(string text, TextStyle style)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (style != _style)
        {
            End();
            _style = style;
        }

        (style == TextStyle.Plain ? _text : _run).Append(text);
    }

    public void Clear()
    {
        End();
        _text.Clear();
    }

    public override string ToString()
    {
        End();
        return _text.ToString();
    }

    private void End()
    {
        var run = _run.ToString();
        _run.Clear();
        switch (_style)
        {
            case TextStyle.Raised:
                Scripts.Raise(_text, run);
                break;
            case TextStyle.Lowered:
                Scripts.Lower(_text, run);
                break;
            case TextStyle.Struck:
                _text.Append(Scripts.Struck(run));
                break;
            case TextStyle.Hidden:
                _text.Append(Scripts.Hidden(run));
                break;
            default:
                break;
        }

        _style = TextStyle.Plain;
    }
}
