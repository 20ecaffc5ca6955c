using System.Globalization;
using System.Text;
using System.Xml.Linq;
using RagAspire.Extractor.InlineText;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>The text of a paragraph of a drawing or a slide.</summary>
internal static class SlideText
{
    public static string Of(XElement paragraph)
    {
        var text = new StringBuilder();
        foreach (var element in paragraph.Descendants())
        {
            switch (element.LocalName())
            {
                case "t" when element.Parent?.LocalName() is "r" or "fld" && !IsMath(element):
                    Run(element, text);
                    break;
                case "oMath":
                    text.Append(LinearMath.Of(element));
                    break;
                case "br":
                    text.Append('\n');
                    break;
                case "tab" when element.Parent?.LocalName() == "r":
                    text.Append(' ');
                    break;
                default:
                    break;
            }
        }

        return text.ToString();
    }

    private static void Run(XElement element, StringBuilder text)
    {
        var properties = element.Parent.Child("rPr");
        var value = properties.Value("strike") is "sngStrike" or "dblStrike" ? Scripts.Struck(element.Value) : element.Value;
        _ = int.TryParse(properties.Value("baseline")?.TrimEnd('%'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var rise);
        if (rise > 0)
        {
            Scripts.Raise(text, value);
        }
        else if (rise < 0)
        {
            Scripts.Lower(text, value);
        }
        else
        {
            text.Append(value);
        }
    }

    private static bool IsMath(XElement element) =>
        element.Parent!.Name.NamespaceName.EndsWith("/math", StringComparison.Ordinal);
}
