using System.Globalization;
using System.Text;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>
/// A number format of a workbook: leading zeros, units, currency signs, groups of thousands, a section for each sign. A format
/// that is not understood shows the number as it is.
/// </summary>
internal sealed class NumberFormat
{
    private readonly IReadOnlyList<Section> _sections;

    private NumberFormat(IReadOnlyList<Section> sections) => _sections = sections;

    /// <returns>Null when the format says nothing about numbers.</returns>
    public static NumberFormat? Of(string code)
    {
        var sections = Split(code).ConvertAll(Section.Of);
        return sections.TrueForAll(section => section.IsGeneral) ? null : new NumberFormat(sections);
    }

    /// <param name="plain">The number without a format.</param>
    public string Format(double number, string plain)
    {
        var section = _sections[number < 0 && _sections.Count > 1 ? 1 : number == 0 && _sections.Count > 2 ? 2 : 0];
        var needsSign = number < 0 && _sections.Count == 1;
        var text = section.Format(Math.Abs(number), plain.TrimStart('-'));
        return text is null ? plain : (needsSign ? "-" : string.Empty) + text.Trim();
    }

    private static List<string> Split(string code)
    {
        var sections = new List<string>();
        var start = 0;
        for (var at = 0; at < code.Length; at++)
        {
            switch (code[at])
            {
                case '"':
                    at = code.IndexOf('"', at + 1) is >= 0 and var close ? close : code.Length;
                    break;
                case '\\' or '_' or '*':
                    at++;
                    break;
                case ';':
                    sections.Add(code[start..at]);
                    start = at + 1;
                    break;
                default:
                    break;
            }
        }

        sections.Add(code[Math.Min(start, code.Length)..]);
        return sections;
    }

    /// <summary>The format for one sign: what is written before, between and after the digits.</summary>
    private sealed class Section
    {
        private const char Placeholder = '\uE000';
        private readonly StringBuilder _pattern = new();
        private int _whole;
        private int _minimumWhole;
        private int _decimals;
        private int _minimumDecimals;
        private int _thousands;
        private bool _hasPoint;
        private bool _hasGroups;
        private bool _isPercentage;
        private bool _isUnknown;

        public bool IsGeneral { get; private set; }

        public static Section Of(string code)
        {
            var section = new Section();
            for (var at = 0; at < code.Length; at++)
            {
                at = section.Read(code, at);
            }

            section.IsGeneral |= section._whole + section._decimals == 0 && section._pattern.Length == 0;
            return section;
        }

        /// <returns>Null when the format is not understood.</returns>
        public string? Format(double number, string plain)
        {
            if (_isUnknown || number >= 1e15)
            {
                return null;
            }

            if (_whole + _decimals == 0)
            {
                var shown = _pattern.ToString().Replace(Placeholder.ToString(), plain, StringComparison.Ordinal);
                return IsGeneral && shown.Length == 0 ? plain : shown;
            }

            number = (_isPercentage ? number * 100 : number) / Math.Pow(1000, _thousands);
            var rounded = Math.Round((decimal)number, Math.Min(_decimals, 15), MidpointRounding.AwayFromZero);
            var text = rounded.ToString($"F{Math.Min(_decimals, 15)}", CultureInfo.InvariantCulture);
            var point = text.IndexOf('.');
            var whole = (point < 0 ? text : text[..point]).TrimStart('0').PadLeft(_minimumWhole, '0');
            var decimals = point < 0 ? string.Empty : text[(point + 1)..];
            while (decimals.Length > _minimumDecimals && decimals[^1] == '0')
            {
                decimals = decimals[..^1];
            }

            return Fill(whole, decimals);
        }

        private int Read(string code, int at)
        {
            var character = code[at];
            switch (character)
            {
                case '"':
                    var close = code.IndexOf('"', at + 1) is >= 0 and var found ? found : code.Length;
                    _pattern.Append(code, at + 1, close - at - 1);
                    return close;
                case '\\' when at + 1 < code.Length:
                    _pattern.Append(code[at + 1]);
                    return at + 1;
                case '_' or '*':
                    _pattern.Append(character == '_' ? " " : string.Empty);
                    return at + 1;
                case '[':
                    return Bracket(code, at);
                case '0' or '#' or '?':
                    Digit(character);
                    return at;
                case 'G' or 'g' when code.AsSpan(at).StartsWith("General", StringComparison.OrdinalIgnoreCase):
                    _pattern.Append(Placeholder);
                    IsGeneral = true;
                    return at + 6;
                case '.' when _whole > 0 || (at + 1 < code.Length && code[at + 1] is '0' or '#' or '?'):
                    _isUnknown |= _hasPoint;
                    _hasPoint = true;
                    return at;
                case ',' when _whole + _decimals > 0:
                    Comma(code, at);
                    return at;
                case '%':
                    _isPercentage = true;
                    _pattern.Append('%');
                    return at;
                case 'E' or 'e' or '/' when _whole > 0:
                    _isUnknown = true;
                    return at;
                case '@':
                    IsGeneral = true;
                    _pattern.Append(Placeholder);
                    return at;
                default:
                    _pattern.Append(character);
                    return at;
            }
        }

        // A currency sign such as [$€-407]; colours, conditions and calendars have no text.
        private int Bracket(string code, int at)
        {
            var close = code.IndexOf(']', at) is >= 0 and var found ? found : code.Length - 1;
            if (at + 1 < code.Length && code[at + 1] == '$')
            {
                var sign = code[(at + 2)..Math.Max(at + 2, close)];
                _pattern.Append(sign.Contains('-') ? sign[..sign.IndexOf('-')] : sign);
            }

            return close;
        }

        private void Digit(char character)
        {
            _pattern.Append(Placeholder);
            if (_hasPoint)
            {
                _decimals++;
                _minimumDecimals = character == '0' ? _decimals : _minimumDecimals;
            }
            else
            {
                _whole++;
                _minimumWhole += character == '0' || _minimumWhole > 0 ? 1 : 0;
            }
        }

        private void Comma(string code, int at)
        {
            if (at + 1 < code.Length && code[at + 1] is '0' or '#' or '?')
            {
                _hasGroups = true;
            }
            else
            {
                _thousands++;
            }
        }

        // Digits fill the places from the right; the first place takes those that are left.
        private string Fill(string whole, string decimals)
        {
            var text = new StringBuilder();
            var places = _whole;
            var decimalPlace = 0;
            var isFirst = true;
            var at = 0;
            foreach (var character in _pattern.ToString())
            {
                if (character != Placeholder)
                {
                    text.Append(character);
                    continue;
                }

                if (places > 0)
                {
                    var most = isFirst ? int.MaxValue : 1;
                    var count = Math.Clamp(whole.Length - at - places + 1, 0, most);
                    AppendWhole(text, whole, at, count);
                    at += count;
                    places--;
                    isFirst = false;
                    if (places == 0 && decimals.Length > 0)
                    {
                        text.Append('.');
                    }
                }
                else if (decimalPlace < decimals.Length)
                {
                    text.Append(_whole == 0 && decimalPlace == 0 ? "." : string.Empty).Append(decimals[decimalPlace++]);
                }
            }

            return text.ToString();
        }

        private void AppendWhole(StringBuilder text, string whole, int at, int count)
        {
            for (var index = at; index < at + count; index++)
            {
                text.Append(_hasGroups && index > 0 && (whole.Length - index) % 3 == 0 ? "," : string.Empty).Append(whole[index]);
            }
        }
    }
}
