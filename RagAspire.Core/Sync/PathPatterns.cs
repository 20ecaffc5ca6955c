using System.Text;
using System.Text.RegularExpressions;

namespace RagAspire.Sync;

/// <summary>
/// Which paths a source takes. <c>*</c> and <c>?</c> stay within one part of the path and <c>**</c> goes over many; a pattern
/// without a slash is about names in every folder. Case does not matter.
/// </summary>
internal sealed class PathPatterns(IEnumerable<string> include, IEnumerable<string> exclude)
{
    private readonly Regex[] _include = [.. include.Select(Compile)];
    private readonly Regex[] _exclude = [.. exclude.Select(Compile)];

    public bool Takes(string path) =>
        (_include.Length == 0 || _include.Any(pattern => pattern.IsMatch(path)))
        && !_exclude.Any(pattern => pattern.IsMatch(path));

    private static Regex Compile(string pattern)
    {
        var rest = pattern.Contains('/', StringComparison.Ordinal) ? pattern.TrimStart('/') : $"**/{pattern}";
        var expression = new StringBuilder(@"\A");
        for (var at = 0; at < rest.Length;)
        {
            var (part, length) = rest[at..] switch
            {
                ['*', '*', '/', ..] => ("(?:.*/)?", 3),
                ['*', '*', ..] => (".*", 2),
                ['*', ..] => ("[^/]*", 1),
                ['?', ..] => ("[^/]", 1),
                var other => (Regex.Escape(other[..1]), 1),
            };
            expression.Append(part);
            at += length;
        }

        return new Regex(
            expression.Append(@"\z").ToString(), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
                | RegexOptions.Singleline);
    }
}
