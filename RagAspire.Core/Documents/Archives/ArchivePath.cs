using System.Text;

namespace RagAspire.Documents.Archives;

/// <summary>The name of a document from the path of a file in an archive.</summary>
public static class ArchivePath
{
    private const int MaxLength = 255;

    /// <summary>
    /// The folders and the name with '/', without what leads elsewhere or hides what it is: roots, drives, "..", control characters,
    /// marks of direction. Of a path that is too long the last part.
    /// </summary>
    public static string Clean(string path)
    {
        var parts = path.Split('/', '\\')
            .Select(part => string.Concat(part.EnumerateRunes().Where(IsShown)).Trim())
            .Where(part => part is not ("" or "." or "..") && !IsDrive(part));
        var name = string.Join('/', parts);
        if (name.Length > MaxLength)
        {
            var from = name.Length - MaxLength;
            name = name[(char.IsLowSurrogate(name[from]) ? from + 1 : from)..];
            name = name.IndexOf('/') is >= 0 and var end && end + 1 < name.Length ? name[(end + 1)..] : name;
        }

        return name.Length == 0 ? "document" : name;
    }

    // Half a surrogate pair, which cannot be stored, is enumerated as the replacement.
    private static bool IsShown(Rune letter) =>
        (!letter.IsBmp || NameLetters.IsShown((char)letter.Value)) && letter != Rune.ReplacementChar;

    private static bool IsDrive(string part) => part is [var letter, ':'] && char.IsAsciiLetter(letter);
}
