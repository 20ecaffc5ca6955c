using System.Text;

namespace RagAspire.Answers.Generation;

/// <summary>Removes the word by which the model states that the sources do not contain the answer.</summary>
internal sealed class NoAnswerFilter
{
    public const string Word = "NO_ANSWER";

    private readonly StringBuilder _held = new();

    public bool WasSaid { get; private set; }

    public void Push(char letter, StringBuilder text)
    {
        _held.Append(letter);
        while (_held.Length > 0 && !Word.StartsWith(_held.ToString(), StringComparison.OrdinalIgnoreCase))
        {
            text.Append(_held[0]);
            _held.Remove(0, 1);
        }

        if (_held.Length == Word.Length)
        {
            WasSaid = true;
            _held.Clear();
        }
    }

    public void Finish(StringBuilder text)
    {
        text.Append(_held);
        _held.Clear();
    }
}
