using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using RagAspire.TestSupport.Retrieval;

namespace RagAspire.Benchmarks.Chunking;

/// <summary>A question about one of the corpora.</summary>
/// <param name="Passages">What answers it, in characters of the corpus.</param>
internal sealed record Question(string Text, string Corpus, IReadOnlyList<TextRange> Passages)
{
    /// <summary>Reads a table of comma-separated values with the columns question, references (as JSON) and corpus.</summary>
    public static List<Question> Load(string file) =>
    [
        .. Records(File.ReadAllText(file)).Skip(1).Where(record => record.Count >= 3).Select(record => new Question(
            record[0],
            record[2],
            [
                .. JsonSerializer.Deserialize<Reference[]>(record[1])!
                    .Select(passage => new TextRange(passage.Start, passage.End)),
            ])),
    ];

    private static IEnumerable<List<string>> Records(string text)
    {
        var (record, field, isQuoted) = (new List<string>(), new StringBuilder(), false);
        for (var at = 0; at <= text.Length; at++)
        {
            var character = at < text.Length ? text[at] : '\n';
            if (character == '"')
            {
                // Two quotes in a quoted field are one.
                var isDoubled = isQuoted && at + 1 < text.Length && text[at + 1] == '"';
                field.Append(isDoubled ? "\"" : "");
                at += isDoubled ? 1 : 0;
                isQuoted = isDoubled || !isQuoted;
            }
            else if (isQuoted || character is not (',' or '\n'))
            {
                field.Append(character);
            }
            else
            {
                record.Add(field.ToString().TrimEnd('\r'));
                field.Clear();
                if (character == '\n')
                {
                    yield return record;
                    record = [];
                }
            }
        }
    }

    private sealed record Reference(
        [property: JsonPropertyName("start_index")] int Start, [property: JsonPropertyName("end_index")] int End);
}
