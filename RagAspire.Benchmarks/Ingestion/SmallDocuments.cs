using System.Globalization;
using System.Text;
using RagAspire.Benchmarks.Load;

namespace RagAspire.Benchmarks.Ingestion;

/// <summary>Documents of 1 KB, each different from those of other numbers.</summary>
internal static class SmallDocuments
{
    private const int Bytes = 1_000;

    public static IEnumerable<LoadDocument> From(int first, int count) =>
        Enumerable.Range(first, count).Select(number => new LoadDocument($"{number}.txt", Text(number)));

    private static string Text(int number)
    {
        var text = new StringBuilder();
        for (var line = 0; text.Length < Bytes; line++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"The valve of pump {number} opens at {line} bar and is changed after {number * 7 % 1000} hours in hall {line * 3}. ");
        }

        return text.ToString();
    }
}
