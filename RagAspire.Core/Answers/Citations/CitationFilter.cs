using System.Text;

namespace RagAspire.Answers.Citations;

/// <summary>
/// Rewrites citations to one form, "[1]", and removes those of sources that do not exist. It works character by character
/// on a stream: a bracket is held back until it is closed, so that nothing has to be taken back.
/// </summary>
internal sealed class CitationFilter(int sourceCount)
{
    /// <summary>Brackets with more characters than this inside are text.</summary>
    private const int LongestMark = 48;

    private const string Openers = "[【［(（";
    private const string Closers = "]】］)）";

    private readonly StringBuilder _held = new();
    private readonly StringBuilder _space = new();
    private readonly List<int> _run = [];
    private bool _hasText;
    private bool _hasRemoved;

    public void Push(char letter, StringBuilder text)
    {
        if (_held.Length > 0)
        {
            PushHeld(letter, text);
        }
        else if (char.IsWhiteSpace(letter))
        {
            PushSpace(letter);
        }
        else if (Openers.Contains(letter))
        {
            _held.Append(letter);
        }
        else
        {
            Emit(letter, text);
        }
    }

    public void Finish(StringBuilder text)
    {
        Release(text);
        _space.Clear();
    }

    /// <summary>Starts over, when all text so far turned out to be reasoning.</summary>
    public void Reset()
    {
        _held.Clear();
        _space.Clear();
        _run.Clear();
        (_hasText, _hasRemoved) = (false, false);
    }

    private void PushHeld(char letter, StringBuilder text)
    {
        if (letter == Closers[Openers.IndexOf(_held[0], StringComparison.Ordinal)])
        {
            Close(letter, text);
            return;
        }

        var isRound = _held[0] is '(' or '（';
        if (Openers.Contains(letter) || letter is '\n' || _held.Length > LongestMark
            || (isRound && !CitationMark.MayCite(_held.ToString(1, _held.Length - 1) + letter)))
        {
            Release(text);
            Push(letter, text);
            return;
        }

        _held.Append(letter);
    }

    private void Close(char closer, StringBuilder text)
    {
        var content = _held.ToString(1, _held.Length - 1);
        var numbers = CitationMark.Read(content, _held[0] is '(' or '（', sourceCount);
        if (numbers is null)
        {
            _held.Append(closer);
            Release(text);
            return;
        }

        _held.Clear();
        numbers.RemoveAll(_run.Contains);
        if (numbers.Count == 0)
        {
            _hasRemoved = true;
            return;
        }

        if (_run.Count > 0)
        {
            _space.Clear();
        }

        FlushSpace(text);
        _hasText = true;
        foreach (var number in numbers)
        {
            text.Append('[').Append(number).Append(']');
            _run.Add(number);
        }
    }

    /// <summary>Emits the held characters as text: they are no citation.</summary>
    private void Release(StringBuilder text)
    {
        var held = _held.ToString();
        _held.Clear();
        foreach (var letter in held)
        {
            if (char.IsWhiteSpace(letter))
            {
                PushSpace(letter);
            }
            else
            {
                Emit(letter, text);
            }
        }
    }

    private void PushSpace(char letter)
    {
        // A removed citation between two spaces would leave both.
        if (!_hasRemoved || _space.Length == 0 || letter == '\n')
        {
            _space.Append(letter);
        }
    }

    private void Emit(char letter, StringBuilder text)
    {
        if (_hasRemoved && ".,;:!?".Contains(letter))
        {
            _space.Clear();
        }

        FlushSpace(text);
        text.Append(letter);
        _run.Clear();
        (_hasText, _hasRemoved) = (true, false);
    }

    private void FlushSpace(StringBuilder text)
    {
        if (_hasText)
        {
            text.Append(_space);
        }

        _space.Clear();
    }
}
