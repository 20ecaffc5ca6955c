using System.Globalization;
using System.Xml;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>The columns of a sheet that are not shown.</summary>
internal sealed class HiddenColumns
{
    private const int MaxColumns = 1000;
    private readonly HashSet<int> _columns = [];

    public bool Contains(int column) => _columns.Contains(column);

    /// <summary>Reads the current element that describes columns.</summary>
    public void Add(XmlReader column)
    {
        if (column.GetAttribute("hidden") is "1" or "true"
            && int.TryParse(column.GetAttribute("min"), CultureInfo.InvariantCulture, out var first)
            && int.TryParse(column.GetAttribute("max"), CultureInfo.InvariantCulture, out var last))
        {
            for (var number = first; number <= Math.Min(last, first + MaxColumns); number++)
            {
                _columns.Add(number);
            }
        }
    }
}
