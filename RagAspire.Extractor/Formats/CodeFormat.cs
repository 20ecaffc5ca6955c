using System.Buffers;
using System.Text.RegularExpressions;

namespace RagAspire.Extractor.Formats;

/// <summary>
/// Source code and settings with their indentation. A function, a type or a paragraph at the margin is a block, with the comments
/// and attributes above it, so that chunks end between them.
/// </summary>
internal sealed partial class CodeFormat : IFormatReader
{
    private const int LongestDefinition = 300;

    // Members of one line each stay together.
    private const int ShortestBlock = 3;

    private static readonly SearchValues<char> NoSignature = SearchValues.Create("=\"'+|{}");

    private readonly List<string> _block = [];

    // Comments and attributes, which belong to what follows.
    private readonly List<string> _lead = [];
    private bool _isLeadAfterGap;
    private bool _isLeadAtMargin;
    private int _lines;

    public void Read(Stream file, DocumentSink sink)
    {
        var isAfterGap = false;
        foreach (var line in TextDecoder.Decode(file, sink).AsSpan().EnumerateLines())
        {
            if (line.IsWhiteSpace())
            {
                Settle(sink, isDefinition: false);
                _block.Add(string.Empty);
                isAfterGap = true;
                continue;
            }

            Line(line.ToString(), isAfterGap, sink);
            isAfterGap = false;
        }

        Settle(sink, isDefinition: false);
        End(sink);
    }

    private void Line(string line, bool isAfterGap, DocumentSink sink)
    {
        var isAtMargin = isAfterGap && !char.IsWhiteSpace(line[0]) && !Closing().IsMatch(line);
        if (Lead().IsMatch(line))
        {
            (_isLeadAfterGap, _isLeadAtMargin) = _lead.Count == 0 ? (isAfterGap, isAtMargin) : (_isLeadAfterGap, _isLeadAtMargin);
            _lead.Add(line);
            return;
        }

        var isDefinition = IsDefinition(line) && (isAfterGap || _lines >= ShortestBlock || _isLeadAfterGap);
        if (_lead.Count > 0)
        {
            Settle(sink, isDefinition);
        }
        else if (isDefinition || isAtMargin)
        {
            End(sink);
        }

        Add(line);
    }

    /// <summary>Decides to which block the comments before belong.</summary>
    private void Settle(DocumentSink sink, bool isDefinition)
    {
        if (_lead.Count > 0 && (isDefinition || _isLeadAtMargin))
        {
            End(sink);
        }

        _lead.ForEach(Add);
        _lead.Clear();
        (_isLeadAfterGap, _isLeadAtMargin) = (false, false);
    }

    private void Add(string line)
    {
        _block.Add(line);
        _lines++;
    }

    private void End(DocumentSink sink)
    {
        sink.Code(string.Join('\n', _block));
        _block.Clear();
        _lines = 0;
    }

    private static bool IsDefinition(string line) =>
        line.Length <= LongestDefinition && line[^1] is not (';' or ',') && (Definition().IsMatch(line) || IsFunction(line));

    // Of languages without a keyword for functions: a type, a name, and what is in brackets.
    private static bool IsFunction(string line)
    {
        var bracket = line.IndexOf('(', StringComparison.Ordinal);
        if (bracket < 0 || line.AsSpan(0, bracket).IndexOfAny(NoSignature) >= 0)
        {
            return false;
        }

        var words = line[..bracket].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length >= 2 && !words.Any(word => Statement().IsMatch(word))
            && words.All(word => char.IsLetter(word[0]) || word[0] is '_' or '~' or '*' or '&' or '[' or '<');
    }

    [GeneratedRegex(@"^\s*(//|/\*|\*|#(?!include|define|if|endif|else|pragma|region|endregion)|--|;|'{3}|\[[\w<:. ]+[\](]|@\w)")]
    private static partial Regex Lead();

    [GeneratedRegex(@"^([})\]]|(end|else|elif|elseif|fi|done|esac|then|catch|except|finally|rescue|ensure)\b)", RegexOptions.IgnoreCase)]
    private static partial Regex Closing();

    [GeneratedRegex(
        @"^\s*(?:(?:export|default|public|private|protected|internal|static|async|abstract|final|override|virtual|sealed|partial|pub"
        + @"|unsafe|extern|inline|open|data|suspend|readonly|declare|local|pub\(\w+\))\s+)*(?:def|defp|defn|defmodule|defmacro|class"
        + @"|function|func|fn|fun|struct|interface|enum|trait|impl|module|namespace|record|sub|procedure|protocol|extension|message"
        + @"|service|resource|(?:create|alter)\s+(?:or\s+replace\s+)?(?:table|view|function|procedure|trigger|index|type|schema))\b"
        + @"|^\s*(?:export\s+)?(?:const|let|var)\s+\w+\s*=\s*(?:async\s*)?(?:function\b|\(|\w+\s*=>)|^\s*[\w-]+\s*\(\)\s*\{",
        RegexOptions.IgnoreCase)]
    private static partial Regex Definition();

    [GeneratedRegex(
        "^(if|for|foreach|while|switch|return|else|elif|elsif|catch|except|using|lock|new|throw|raise|await|do|case|yield|goto|delete"
        + "|assert|print|not|and|or|with|import|from|in|is|lambda|echo|when|until|unless|select|insert|update|where|call|exec)$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Statement();
}
