using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace RagAspire.Extractor.InlineText;

/// <summary>Writes equations of Office (OMML) and of web pages (MathML) on one line: (a+b)/2, sqrt(16), x_i^2.</summary>
internal static class LinearMath
{
    private static readonly HashSet<string> Properties = new(StringComparer.Ordinal)
    {
        "ctrlPr", "fPr", "radPr", "sSupPr", "sSubPr", "sSubSupPr", "naryPr", "dPr", "funcPr", "mPr", "rPr", "argPr", "accPr",
        "barPr", "limLowPr", "limUppPr", "eqArrPr", "groupChrPr", "boxPr", "borderBoxPr", "sPrePr", "oMathParaPr", "annotation",
        "annotation-xml", "del", "moveFrom",
    };

    public static string Of(XElement math) => Joined(math).Trim();

    private static string Joined(XElement? element) =>
        element is null ? string.Empty : string.Concat(element.Nodes().Select(Node));

    private static string Node(XNode node) => node switch
    {
        XText text => text.Value.Trim('\n', '\t', '\r') is var value && string.IsNullOrWhiteSpace(value) ? string.Empty : value,
        XElement element => Element(element),
        _ => string.Empty,
    };

    private static string Element(XElement element)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var name = element.LocalName();
        return name switch
        {
            _ when Properties.Contains(name) => string.Empty,
            "f" => Fraction(Joined(element.Child("num")), Joined(element.Child("den"))),
            "mfrac" => Fraction(Part(element, 0), Part(element, 1)),
            "rad" => Root(Joined(element.Child("e")), Joined(element.Child("deg"))),
            "msqrt" => Root(Joined(element), string.Empty),
            "mroot" => Root(Part(element, 0), Part(element, 1)),
            "sSup" or "sSub" or "sSubSup" or "sPre" or "limLow" or "limUpp" => Scripted(
                Joined(element.Child("e")), Joined(element.Child("sub")), Joined(element.Child("sup")), Joined(element.Child("lim"))),
            "msup" or "mover" => Scripted(Part(element, 0), string.Empty, Part(element, 1)),
            "msub" or "munder" => Scripted(Part(element, 0), Part(element, 1), string.Empty),
            "msubsup" or "munderover" => Scripted(Part(element, 0), Part(element, 1), Part(element, 2)),
            "nary" => Scripted(
                element.Child("naryPr").Child("chr").Value("val") ?? "\u222b", Joined(element.Child("sub")), Joined(element.Child("sup")))
                + $" {Joined(element.Child("e"))}",
            "d" => Delimited(element),
            "func" => $"{Joined(element.Child("fName"))}{Grouped(Joined(element.Child("e")))}",
            "m" or "eqArr" or "mtable" => $"[{string.Join("; ", Rows(element))}]",
            "mr" or "mtr" => string.Join(", ", element.Elements().Select(Element)),
            "mspace" or "tab" => " ",
            "mo" => Operator(element.Value.Trim()),
            "mfenced" => $"({string.Join(", ", element.Elements().Select(Element))})",
            "semantics" => element.Elements().FirstOrDefault() is { } first ? Element(first) : string.Empty,
            _ => Joined(element),
        };
    }

    private static IEnumerable<string> Rows(XElement table) => table.Elements()
        .Where(row => !Properties.Contains(row.LocalName())).Select(Element);

    private static string Part(XElement element, int index) =>
        element.Elements().ElementAtOrDefault(index) is { } part ? Element(part) : string.Empty;

    private static string Fraction(string over, string under) => $"{Grouped(over)}/{Grouped(under)}";

    private static string Root(string of, string degree) =>
        string.IsNullOrWhiteSpace(degree) ? $"sqrt({of})" : $"root({of}, {degree})";

    private static string Scripted(string of, string lower, string upper, string limit = "") =>
        $"{of}{(lower.Length > 0 ? "_" + Grouped(lower) : limit.Length > 0 ? "_" + Grouped(limit) : "")}{(upper.Length > 0 ? "^" + Grouped(upper) : "")}";

    private static string Delimited(XElement element)
    {
        var properties = element.Child("dPr");
        var (open, close) = (properties.Child("begChr").Value("val") ?? "(", properties.Child("endChr").Value("val") ?? ")");
        return open + string.Join(properties.Child("sepChr").Value("val") ?? "|", element.Children("e").Select(Joined)) + close;
    }

    // Invisible operators: application, multiplication, separation.
    private static string Operator(string sign) => sign is "\u2061" or "\u2062" or "\u2063" ? string.Empty
        : sign is "=" or "+" or "\u2212" or "<" or ">" or "\u2264" or "\u2265" ? $" {sign} "
        : sign;

    private static string Grouped(string part)
    {
        var trimmed = part.Trim();
        var isOne = trimmed.All(character => char.IsLetterOrDigit(character) || character is '.' or ',' or '\u221e');
        return trimmed.Length <= 1 || isOne ? trimmed
            : IsBracketed(trimmed) ? trimmed : $"({trimmed})";
    }

    private static bool IsBracketed(string text)
    {
        var depth = 0;
        for (var index = 0; index < text.Length; index++)
        {
            depth += text[index] == '(' ? 1 : text[index] == ')' ? -1 : 0;
            if (depth == 0 && index < text.Length - 1)
            {
                return false;
            }
        }

        return depth == 0 && text[^1] == ')';
    }
}
