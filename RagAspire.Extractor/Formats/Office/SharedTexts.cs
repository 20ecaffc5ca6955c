using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>The texts that the cells of a workbook share, by number.</summary>
internal sealed class SharedTexts
{
    private readonly List<string> _texts = [];

    public SharedTexts(OfficePart? part)
    {
        using var stream = part?.Open();
        if (stream is null)
        {
            return;
        }

        try
        {
            using var reader = SafeXml.Reader(stream);
            while (!reader.EOF)
            {
                if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "si")
                {
                    _texts.Add(TextOf(SafeXml.ReadElement(reader)));
                }
                else
                {
                    reader.Read();
                }
            }
        }
        catch (XmlException)
        {
            // The texts before the damage are kept.
        }
    }

    public string this[int index] => index >= 0 && index < _texts.Count ? _texts[index] : string.Empty;

    /// <summary>The text of rich or plain runs, without phonetic readings.</summary>
    public static string TextOf(XElement? element)
    {
        if (element?.Child("t") is { } single && !element.Children("r").Any())
        {
            return single.Value;
        }

        var text = new StringBuilder();
        foreach (var run in element.Inside("t"))
        {
            if (run.Parent?.LocalName() != "rPh")
            {
                text.Append(run.Value);
            }
        }

        return text.ToString();
    }
}
