using System.Text;

namespace RagAspire.Extractor.Formats.Rtf;

internal enum RtfTokenKind
{
    End,
    GroupStart,
    GroupEnd,

    /// <summary>A control word with its number, or a control symbol.</summary>
    Control,

    /// <summary>One byte of text in the code page of its font.</summary>
    Byte,
}

/// <param name="Word">Of a control.</param>
/// <param name="Number">Of a control word; the value of a byte.</param>
internal readonly record struct RtfToken(RtfTokenKind Kind, string Word = "", int? Number = null);

/// <summary>Splits RTF into tokens without backtracking, so that the time is linear also for a damaged file.</summary>
internal sealed class RtfLexer(byte[] bytes)
{
    private const int MaxWordLength = 32;
    private int _at;

    public double Fraction => (double)_at / Math.Max(1, bytes.Length);

    public RtfToken Next()
    {
        while (_at < bytes.Length)
        {
            var value = bytes[_at++];
            switch (value)
            {
                case (byte)'{':
                    return new RtfToken(RtfTokenKind.GroupStart);
                case (byte)'}':
                    return new RtfToken(RtfTokenKind.GroupEnd);
                case (byte)'\\':
                    return Control();
                case (byte)'\r' or (byte)'\n' or 0:
                    break;
                default:
                    return new RtfToken(RtfTokenKind.Byte, Number: value);
            }
        }

        return new RtfToken(RtfTokenKind.End);
    }

    private RtfToken Control()
    {
        if (_at == bytes.Length)
        {
            return new RtfToken(RtfTokenKind.End);
        }

        var symbol = (char)bytes[_at];
        if (!char.IsAsciiLetter(symbol))
        {
            _at++;
            return symbol switch
            {
                '\'' => HexByte(),
                '\\' or '{' or '}' => new RtfToken(RtfTokenKind.Byte, Number: symbol),
                '\r' or '\n' => new RtfToken(RtfTokenKind.Control, "par"),
                _ => new RtfToken(RtfTokenKind.Control, symbol.ToString()),
            };
        }

        var start = _at;
        while (_at < bytes.Length && _at - start < MaxWordLength && char.IsAsciiLetter((char)bytes[_at]))
        {
            _at++;
        }

        var word = Encoding.ASCII.GetString(bytes, start, _at - start);
        var number = Number();
        if (_at < bytes.Length && bytes[_at] == ' ')
        {
            _at++;
        }

        if (word == "bin" && number > 0)
        {
            _at = (int)Math.Min(bytes.Length, (long)_at + number.Value);
        }

        return new RtfToken(RtfTokenKind.Control, word, number);
    }

    private int? Number()
    {
        var isNegative = _at < bytes.Length && bytes[_at] == '-';
        var at = isNegative ? _at + 1 : _at;
        var digits = 0;
        long number = 0;
        for (; at < bytes.Length && char.IsAsciiDigit((char)bytes[at]); at++)
        {
            number = Math.Min((number * 10) + bytes[at] - '0', int.MaxValue);
            digits++;
        }

        if (digits == 0)
        {
            return null;
        }

        _at = at;
        return (int)(isNegative ? -number : number);
    }

    private RtfToken HexByte()
    {
        var value = 0;
        for (var digit = 0; digit < 2 && _at < bytes.Length && char.IsAsciiHexDigit((char)bytes[_at]); digit++)
        {
            value = (value * 16) + Convert.ToInt32(((char)bytes[_at++]).ToString(), 16);
        }

        return new RtfToken(RtfTokenKind.Byte, "'", value);
    }
}
