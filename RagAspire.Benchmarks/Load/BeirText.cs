using System.Text;
using RagAspire.TestSupport.Retrieval;

namespace RagAspire.Benchmarks.Load;

/// <summary>The documents of a collection in BEIR's layout as files, and its questions.</summary>
internal sealed class BeirText
{
    private readonly string[] _questions;
    private int _asked;

    public BeirText(string folder)
    {
        Judged = BeirTest.Load(folder);
        Documents =
        [
            .. Judged.Documents.Select(document => new LoadDocument(
                FileName(document.Id), document.Title.Length == 0 ? document.Text : $"# {document.Title}\n\n{document.Text}"))
                .DistinctBy(document => document.Text),
        ];
        _questions = [.. Judged.Queries.Values];
    }

    /// <summary>The collection itself, with what its questions should find.</summary>
    public BeirTest Judged { get; }

    /// <summary>Their titles are their headings. The system stores equal texts once, so they are here once.</summary>
    public IReadOnlyList<LoadDocument> Documents { get; }

    /// <summary>Of the file of a document.</summary>
    public static string FileName(string id) => $"{id}.md";

    /// <summary>
    /// The next question, from the second time on with other signs at its end, so that no cache has its answer. Signs are no
    /// terms: what is searched stays the same.
    /// </summary>
    public string Question()
    {
        var (round, number) = Math.DivRem(_asked++, _questions.Length);
        var question = new StringBuilder(_questions[number]).Append(' ');
        for (; round > 0; round >>= 1)
        {
            question.Append((round & 1) == 0 ? '.' : ',');
        }

        return question.ToString().TrimEnd();
    }
}
