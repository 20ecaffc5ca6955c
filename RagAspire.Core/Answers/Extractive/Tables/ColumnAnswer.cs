using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive.Tables;

/// <summary>Answers questions for the most or the least of a table's column with the rows that have it.</summary>
internal sealed class ColumnAnswer
{
    /// <summary>The share of the question's terms that names of columns, headings and rows must contain.</summary>
    private const double Enough = .6;

    /// <summary>The share of a column's cells that must have a value.</summary>
    private const double Filled = .6;

    private const int MostRows = 3;

    private readonly AskedQuestion _question;
    private readonly ColumnQuestion _asked;
    private readonly IReadOnlyList<string> _terms;
    private readonly HashSet<SourceSentence> _partial;

    private ColumnAnswer(AskedQuestion question, ColumnQuestion asked, SourceSentences sources)
    {
        var words = question.Analyze(asked.Words);
        (_question, _asked) = (question, asked);
        _terms = [.. question.Terms.Distinct().Where(term => !words.Contains(term))];
        var tables = SourceTable.In(sources).Where(IsAbout).ToList();
        Rows = tables.Where(table => table.IsWhole).Select(Answer).FirstOrDefault(rows => rows is not null);
        _partial = [.. tables.Where(table => !table.IsWhole).SelectMany(table => table.Rows)];
    }

    /// <summary>The rows that answer, the one that is asked for first; null when no whole table does.</summary>
    public IReadOnlyList<AnswerPart>? Rows { get; }

    /// <summary>Null when the question does not ask for the most or the least.</summary>
    public static ColumnAnswer? For(AskedQuestion question, SourceSentences sources) =>
        ColumnQuestion.Read(question) is { } asked ? new ColumnAnswer(question, asked, sources) : null;

    /// <summary>
    /// Whether a sentence is a row of a table that was not found as a whole, so that no row of it is the answer.
    /// </summary>
    public bool IsPartOfTable(SourceSentence sentence) => !_asked.IsComparison && _partial.Contains(sentence);

    private bool IsAbout(SourceTable table)
    {
        var found = _terms.Count(term => IsIn(term, table.Names) || table.Scope.Terms.Contains(term)
            || table.Rows.Any(row => row.Holds(term)));
        return _terms.Count > 0 && found >= Enough * _terms.Count;
    }

    private IReadOnlyList<AnswerPart>? Answer(SourceTable table)
    {
        if (Column(table) is not { } column)
        {
            return null;
        }

        var values = Values(table, column);
        var valued = table.Rows.Select((row, index) => (Row: row, Value: values[index])).Where(row => row.Value is not null)
            .Select(row => (row.Row, Value: row.Value!.Value)).ToList();
        if (_asked.IsComparison && Named(table, valued.Select(row => row.Row)) is { Count: > 1 } named)
        {
            return Compared([.. valued.Where(row => named.Contains(row.Row))]);
        }

        var asked = Restricted(table, column, valued);
        if (_asked.IsComparison || asked.Count == 0 || !HaveOneUnit(asked))
        {
            return null;
        }

        var extreme = _asked.IsMost ? asked.Max(row => row.Value.Number) : asked.Min(row => row.Value.Number);
        return [.. asked.Where(row => row.Value.Number.Equals(extreme)).Take(MostRows).Select(row => new AnswerPart(row.Row))];
    }

    /// <summary>
    /// The column that the question names (of two the later: the first is what is asked for), else one that its adjective
    /// means, else the only one with values.
    /// </summary>
    private int? Column(SourceTable table)
    {
        var filled = Enumerable.Range(0, table.Names.Count)
            .Where(column => Values(table, column).Count(value => value is not null) >= Filled * table.Rows.Count)
            .ToList();
        var named = filled
            .Select(column => (Column: column, Terms: _terms.Index().Where(term => IsIn(term.Item, [table.Names[column]]))
                .ToList()))
            .Where(column => column.Terms.Count > 0)
            .OrderByDescending(column => column.Terms.Count)
            .ThenByDescending(column => column.Terms.Max(term => term.Index))
            .ToList();
        var meant = filled.Where(column => _asked.Columns.SelectMany(_question.Analyze)
            .Any(term => IsIn(term, [table.Names[column]]))).ToList();
        return meant.Count > 0 ? meant[0]
            : named.Count > 0 ? named[0].Column
            : _asked.Columns.Count == 0 && filled is [var only] ? only
            : null;
    }

    private static IReadOnlyList<CellValue?> Values(SourceTable table, int column) =>
        CellValue.OfColumn([.. table.Rows.Select(row => SourceTable.Cell(row, column))]);

    /// <summary>The rows that contain what the question names beside the columns: "in the region East".</summary>
    private List<(SourceSentence Row, CellValue Value)> Restricted(
        SourceTable table, int column, List<(SourceSentence Row, CellValue Value)> rows)
    {
        foreach (var term in _terms.Where(term => !IsIn(term, table.Names)))
        {
            var with = rows.Where(row => row.Row.Cells!.Values.Where((_, index) => index != column)
                .Any(cell => _question.Analyze(cell).Contains(term))).ToList();
            rows = with.Count > 0 ? with : rows;
        }

        return rows;
    }

    /// <summary>The rows of which the question contains the whole of a cell.</summary>
    private List<SourceSentence> Named(SourceTable table, IEnumerable<SourceSentence> rows)
    {
        var asked = _question.Analyze(_question.Own).ToHashSet();
        return [.. rows.Where(row => row.Cells!.Values.Where((_, index) => index < table.Names.Count)
            .Any(cell => cell.Any(char.IsLetter) && _question.Analyze(cell) is { Count: > 0 } terms
                && terms.All(asked.Contains)))];
    }

    private List<AnswerPart>? Compared(List<(SourceSentence Row, CellValue Value)> rows)
    {
        if (rows.Count < 2 || !HaveOneUnit(rows))
        {
            return null;
        }

        var ordered = _asked.IsMost ? rows.OrderByDescending(row => row.Value.Number) : rows.OrderBy(row => row.Value.Number);
        var parts = ordered.Take(MostRows).Select(row => new AnswerPart(row.Row)).ToList();
        parts[0] = parts[0] with { Lead = YesOrNo(rows, parts[0].Sentence) };
        return parts;
    }

    /// <summary>Whether the thing that the question names first has more, where it asks for that.</summary>
    private string? YesOrNo(List<(SourceSentence Row, CellValue Value)> rows, SourceSentence first)
    {
        var language = _question.Languages.FirstOrDefault(language => language.IsIn(WordKind.YesNo, _question.Own));
        if (language is null || !_question.Has(WordKind.Than) || _question.Has(WordKind.Choice))
        {
            return null;
        }

        var subject = rows.MinBy(row => row.Row.Cells!.Values.Where(cell => cell.Any(char.IsLetter))
            .Select(cell => _question.Own.IndexOf(cell, StringComparison.OrdinalIgnoreCase)).Where(at => at >= 0)
            .DefaultIfEmpty(int.MaxValue).Min());
        var isMore = subject.Row == first && rows.Count(row => row.Value.Number.Equals(subject.Value.Number)) == 1;
        return language[isMore ? WordKind.Yes : WordKind.No][0];
    }

    private static bool HaveOneUnit(List<(SourceSentence Row, CellValue Value)> rows) =>
        rows.Select(row => row.Value.Unit).Distinct().Count() == 1;

    private bool IsIn(string term, IEnumerable<string> names) => names.SelectMany(_question.Analyze)
        .Any(other => other == term || SourceSentence.AreAlike(term, other));
}
