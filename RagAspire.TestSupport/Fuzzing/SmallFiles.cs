using System.Text;
using RagAspire.TestSupport.Processes;

namespace RagAspire.TestSupport.Fuzzing;

/// <summary>Small files to be changed.</summary>
public static class SmallFiles
{
    private const int Longest = 200_000;

    /// <summary>One of each format that is text.</summary>
    public static IReadOnlyList<byte[]> All { get; } =
    [
        .. new[]
        {
            "The quick brown fox jumps over the lazy dog.",
            "# Title\n\n- one\n  - two\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
            "<html><head><title>Fox</title></head><body><h1>Fox</h1><table><tr><td colspan=2>1</td></tr></table></body></html>",
            "a,b\n\"1\n1\",2\n",
            "{\"a\": [1, 2, {\"b\": \"fox\"}]}",
            "{\\rtf1\\ansi{\\fonttbl\\f0 Times;}\\f0 The {\\b quick} fox\\par\\'e9\\u8364?}",
            "From: a@example.org\r\nTo: b@example.org\r\nSubject: =?utf-8?B?Rm94?=\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nFox\r\n--b--\r\n",
            "<?xml version=\"1.0\"?><root><item id=\"1\">fox &amp; dog</item></root>",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>Those, and the sample documents, which have all formats.</summary>
    /// <param name="folder">More of them, with its sub-folders.</param>
    public static IReadOnlyList<byte[]> WithSamples(string? folder = null)
    {
        var samples = Path.Combine(BuildOutput.RepositoryRoot, "RagAspire.TestSupport", "Data", "documents");
        return [.. All, .. new[] { samples, folder }.OfType<string>().SelectMany(Files).Select(File.ReadAllBytes)];
    }

    private static IEnumerable<string> Files(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
        .Where(path => new FileInfo(path).Length is > 0 and < Longest).Order(StringComparer.Ordinal);
}
