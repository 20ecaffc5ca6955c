using System.Globalization;

namespace RagAspire.Diagnosis.Machine;

/// <summary>Reads the text files of <c>/proc</c> and <c>/sys</c>, below a root folder.</summary>
internal sealed class KernelFiles(string root)
{
    public string PathOf(string path) => Path.Combine(root, path.TrimStart('/'));

    public bool Exists(string path) => File.Exists(PathOf(path));

    /// <summary>The text of a file; null where there is none, or it may not be read.</summary>
    public string? Text(string path)
    {
        try
        {
            return File.ReadAllText(PathOf(path));
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public IReadOnlyList<string> Lines(string path) =>
        Text(path)?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>The words of the first line that begins with this word, which is the first of them.</summary>
    public IReadOnlyList<string> Words(string path, string firstWord) => Lines(path)
        .Select(Split)
        .FirstOrDefault(words => words.Count > 0 && words[0].TrimEnd(':') == firstWord) ?? [];

    /// <summary>The number behind a word; null where there is none.</summary>
    public double? Number(string path, string firstWord) =>
        Words(path, firstWord) is [_, var value, ..] ? Parse(value) : null;

    /// <summary>A file that holds nothing but a number; null for another text, such as <c>max</c>.</summary>
    public double? Number(string path) => Text(path) is { } text ? Parse(text.Trim()) : null;

    public static IReadOnlyList<string> Split(string line) =>
        line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    public static double? Parse(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
