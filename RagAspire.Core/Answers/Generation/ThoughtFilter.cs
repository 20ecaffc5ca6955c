using System.Text;

namespace RagAspire.Answers.Generation;

/// <summary>Removes the reasoning between a model's tags, character by character.</summary>
internal sealed class ThoughtFilter
{
    private static readonly string[] Opening = ["<think>", "<thinking>"];
    private static readonly string[] Closing = ["</think>", "</thinking>"];
    private static readonly string[] Both = [.. Opening, .. Closing];

    private readonly StringBuilder _held = new();
    private bool _thinks;

    /// <summary>
    /// A closing tag came without an opening one, which the template of some models contains: all text before was
    /// reasoning.
    /// </summary>
    public bool TakeBack { get; set; }

    public void Push(char letter, StringBuilder text)
    {
        _held.Append(letter);
        while (_held.Length > 0 && !IsBeginning(_held.ToString(), _thinks ? Closing : Both, out var isWhole))
        {
            if (isWhole)
            {
                TakeBack |= !_thinks && _held[1] == '/';
                _thinks = _held[1] != '/';
                _held.Clear();
                return;
            }

            if (!_thinks)
            {
                text.Append(_held[0]);
            }

            _held.Remove(0, 1);
        }
    }

    public void Finish(StringBuilder text)
    {
        if (!_thinks)
        {
            text.Append(_held);
        }

        _held.Clear();
    }

    private static bool IsBeginning(string held, string[] tags, out bool isWhole)
    {
        isWhole = tags.Contains(held, StringComparer.OrdinalIgnoreCase);
        return !isWhole && tags.Any(tag => tag.StartsWith(held, StringComparison.OrdinalIgnoreCase));
    }
}
