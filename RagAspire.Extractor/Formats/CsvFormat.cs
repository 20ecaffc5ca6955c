using CsvHelper;

namespace RagAspire.Extractor.Formats;

/// <summary>Rows of values; the separator is detected from the first lines.</summary>
internal sealed class CsvFormat : IFormatReader
{
    private const int MaxRecordBytes = 4 * 1024 * 1024;

    public void Read(Stream file, DocumentSink sink)
    {
        var text = TextDecoder.Decode(file);
        var options = new CsvReaderOptions
        {
            HasHeader = false,
            MaxRecordSize = MaxRecordBytes,

            // After a missing quote the rest of the file would be one value.
            AllowLineBreaksInQuotes = text.AsSpan().Count('"') % 2 == 0,
        };
        using var reader = CsvReader.FromText(text, options);
        sink.Table(Rows(reader));
    }

    private static IEnumerable<string[]> Rows(CsvReader reader)
    {
        while (reader.Read())
        {
            yield return reader.Current.ToArray();
        }
    }
}
