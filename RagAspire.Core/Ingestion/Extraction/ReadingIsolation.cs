using RagAspire.Extraction;

namespace RagAspire.Ingestion.Extraction;

/// <summary>Which formats are read in a process of their own.</summary>
internal static class ReadingIsolation
{
    /// <summary>
    /// Whether a process ends after one file of this type. These are containers of compressed or encoded parts, for which
    /// parsers everywhere had exploitable faults: a file that takes the parser over must not see the next file. The rest is
    /// text, read token by token; its processes are shared by a few documents of one collection.
    /// </summary>
    public static bool NeedsOwnProcess(string contentType) => contentType
        is not (ContentTypes.Text or ContentTypes.Markdown or ContentTypes.Csv or ContentTypes.Tsv or ContentTypes.Json
            or ContentTypes.Xml or ContentTypes.Html or ContentTypes.Code or ContentTypes.Calendar or ContentTypes.Contacts
            or ContentTypes.Subtitles or ContentTypes.Notebook);
}
