using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats;

/// <summary>Rows of values; text above the table is kept as text.</summary>
/// <param name="separator">Of the values; null to find it.</param>
internal sealed class CsvFormat(char? separator = null) : IFormatReader
{
    private const int Sample = 100;

    public void Read(Stream file, DocumentSink sink)
    {
        var text = TextDecoder.Decode(file, sink);
        var records = new CsvRecords(text, separator ?? CsvRecords.Delimiter(text));
        var preamble = Preamble(records.Take(Sample).ToList());
        foreach (var record in records.Take(preamble))
        {
            sink.Paragraph(string.Join(records.Separator == '\t' ? " " : $"{records.Separator} ", record.Where(cell => cell.Length > 0)));
        }

        sink.Table(TableGrid.Of(records.Skip(preamble)));
    }

    /// <summary>How many records are above the first with as many values as most.</summary>
    private static int Preamble(List<IReadOnlyList<string>> records)
    {
        var usual = records.Where(record => record.Count > 1).CountBy(record => record.Count)
            .OrderByDescending(count => count.Value).ThenByDescending(count => count.Key).FirstOrDefault();
        var first = records.FindIndex(record => record.Count >= usual.Key);
        return usual.Value < 2 || first < 0 ? 0 : first;
    }
}
