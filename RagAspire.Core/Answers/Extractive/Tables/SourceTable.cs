using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive.Tables;

/// <summary>A table of a source with names of columns.</summary>
/// <param name="Rows">Without those that sum up the others.</param>
/// <param name="IsWhole">It does not go on in chunks that were not found.</param>
internal sealed record SourceTable(IReadOnlyList<string> Names, IReadOnlyList<SourceSentence> Rows, bool IsWhole)
{
    public SentenceScope Scope => Rows[0].Scope;

    public static IReadOnlyList<SourceTable> In(SourceSentences sources)
    {
        var tables = new List<(SelectedSource Source, IReadOnlyList<string> Names, List<SourceSentence> Rows)>();
        foreach (var source in sources.BySource)
        {
            foreach (var sentence in source.Where(sentence => sentence.Cells is { Names.Count: > 1 }))
            {
                var names = sentence.Cells!.Names;
                if (tables.Count == 0 || tables[^1].Source != sentence.Source || !ReferenceEquals(tables[^1].Names, names))
                {
                    tables.Add((sentence.Source, names, []));
                }

                tables[^1].Rows.Add(sentence);
            }
        }

        return [.. tables.Select(table => new SourceTable(
            table.Names,
            [.. table.Rows.Where(row => !IsTotal(row))],
            IsFoundWhole(table.Source, table.Rows)
                && tables.Count(other => other.Source.Shown.DocumentId == table.Source.Shown.DocumentId
                    && other.Names.SequenceEqual(table.Names)) == 1))
            .Where(table => table.Rows.Count > 1)];
    }

    /// <summary>The cell of a row in a column; empty where the row ends before it.</summary>
    public static string Cell(SourceSentence row, int column) =>
        column < row.Cells!.Values.Count ? row.Cells.Values[column] : "";

    /// <summary>A table that begins with a repeated header, or is cut, has rows elsewhere.</summary>
    private static bool IsFoundWhole(SelectedSource source, List<SourceSentence> rows) =>
        !(source.IsCut && rows[^1].Span.End >= source.Shown.Text.TrimEnd().Length)
        && !(source.Chunks[0].Hit.Place is { HeaderLength: > 0 } place && rows[0].Span.Start <= place.HeaderLength + 1);

    private static bool IsTotal(SourceSentence row) => row.Cells!.Values.FirstOrDefault(cell => cell.Length > 0) is { } first
        && QuestionLanguages.All.Any(language => language.StartsWith(WordKind.Total, first));
}
