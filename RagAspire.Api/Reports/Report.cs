namespace RagAspire.Api.Reports;

/// <summary>How a report or a part of it is marked.</summary>
public enum ReportLevel
{
    Neutral,
    Good,
    Warning,
    Critical,
}

/// <summary>A mark: one or two words, and for the whole report a sentence.</summary>
public sealed record ReportStatus(ReportLevel Level, string Word, string Summary = "");

/// <summary>A report for people: <see cref="HtmlReport"/> and <see cref="TextReport"/> write it.</summary>
/// <remarks>All texts are plain: the renderers encode them, so names that users chose are safe anywhere.</remarks>
/// <param name="At">The time of the figures.</param>
public sealed record Report(string Title, ReportStatus Status, DateTimeOffset At, IReadOnlyList<ReportSection> Sections);

/// <summary>A heading with what stands under it.</summary>
public sealed record ReportSection(string Title, IReadOnlyList<ReportBlock> Blocks)
{
    public ReportStatus? Status { get; init; }

    /// <summary>Parts with a heading one level lower; they follow the blocks.</summary>
    public IReadOnlyList<ReportSection> Sections { get; init; } = [];
}

/// <summary>One piece of a section.</summary>
public abstract record ReportBlock;

/// <summary>A paragraph.</summary>
public sealed record ReportText(string Text) : ReportBlock;

/// <summary>A query, a command or lines of a log, with its line breaks.</summary>
public sealed record ReportCode(string Text) : ReportBlock;

/// <summary>Bullets, or numbers where the order matters.</summary>
public sealed record ReportList(IReadOnlyList<ReportCell> Items, bool IsOrdered = false) : ReportBlock;

/// <summary>Names with their values.</summary>
public sealed record ReportFacts(IReadOnlyList<ReportFact> Facts) : ReportBlock;

public sealed record ReportFact(string Name, ReportCell Value);

/// <summary>A table, whose rows become cards on a narrow screen. The first cell of a row is its heading.</summary>
/// <param name="Caption">Says what the table holds, for screen readers too.</param>
public sealed record ReportTable(
    string Caption, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<IReadOnlyList<ReportCell>> Rows) : ReportBlock
{
    /// <summary>The text that stands in the place of a table without rows.</summary>
    public string WhenEmpty { get; init; } = "None.";
}

/// <param name="IsNumber">Numbers are aligned to the right.</param>
public sealed record ReportColumn(string Title, bool IsNumber = false);

/// <summary>A text with an optional mark or link.</summary>
/// <param name="Href">A path of this API, or an https address. Other addresses are not linked.</param>
public sealed record ReportCell(string Text, ReportLevel Level = ReportLevel.Neutral, string? Href = null)
{
    public static implicit operator ReportCell(string? text) => FromString(text);

    public static ReportCell FromString(string? text) => new(text ?? "–");
}

/// <summary>A chart. Plain text shows its caption.</summary>
/// <param name="Caption">Says what is seen, so that the figure is not needed to understand the report.</param>
public abstract record ReportFigure(string Caption) : ReportBlock;

/// <summary>A picture that was made elsewhere.</summary>
/// <param name="Content">The file.</param>
/// <param name="MediaType"><c>image/svg+xml</c> or <c>image/png</c>.</param>
public sealed record ReportImage(string Caption, ReadOnlyMemory<byte> Content, string MediaType) : ReportFigure(Caption);

/// <summary>Bars that follow the colours of the page.</summary>
/// <param name="Unit">Written at the vertical axis.</param>
public sealed record ReportBars(string Caption, string Unit, IReadOnlyList<ReportBar> Bars) : ReportFigure(Caption);

/// <summary>A bar of the chart.</summary>
/// <param name="Label">Below the bar; labels that have no room are left out.</param>
/// <param name="Tip">The value in words.</param>
public sealed record ReportBar(string Label, double Value, string Tip);
