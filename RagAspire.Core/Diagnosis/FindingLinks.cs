using System.Collections.Frozen;
using System.Globalization;

namespace RagAspire.Diagnosis;

/// <summary>What follows across areas: a full disk stops PostgreSQL, a store that is away makes requests fail.</summary>
internal static class FindingLinks
{
    private static readonly (IReadOnlyList<string> Causes, IReadOnlyList<string> Consequences)[] Links =
    [
        // A processor, memory or a disk that is used up makes everything slow that uses it.
        (Codes(1, 2, 3, 4, 12, 13, 16), Codes(69, 74, 120, 121, 122, 123, 124, 130)),
        (Codes(7), Codes(44, 69, 74, 120, 121, 122, 123, 124, 130)),
        (Codes(5, 6, 18), Codes(27, 56)),
        (Codes(17), Codes(15, 21, 50, 60, 70, 81)),

        // Without the database nothing is served; slow, everything that needs it is slow.
        (Range(20, 34), Codes(122, 128, 129, 130)),
        (Range(35, 38), Codes(46, 122, 129, 130)),
        (Codes(46), Codes(122, 129, 130)),
        (Codes(47, 48, 41, 43), Codes(122, 130)),
        (Codes(48), Codes(47)),
        (Codes(151), Codes(14, 38, 46, 47, 122, 124, 128, 129, 130)),

        // The cache, the index and the models, each with the stage that waits for it.
        (Codes(50, 51, 52, 53, 54), Codes(100, 127)),
        (Codes(55, 57), Codes(130)),
        (Range(60, 69), Codes(121)),
        (Range(70, 75), Codes(91, 120, 123)),
        (Codes(93), Codes(92)),
        (Codes(80, 81, 82), Codes(124)),

        // An alert that fires tells what another finding explains.
        ([.. Range(1, 9), .. Range(12, 18), .. Range(20, 58), .. Range(60, 75), .. Range(80, 93), .. Range(120, 130)],
            Codes(110)),
        (Codes(150, 151), Codes(110)),
    ];

    /// <summary>The definitions with the links that lead to other areas.</summary>
    public static IReadOnlyList<FindingDefinition> AddTo(IReadOnlyList<FindingDefinition> definitions)
    {
        var known = definitions.Select(definition => definition.Code).ToFrozenSet();
        return
        [
            .. definitions.Select(definition => definition with
            {
                Explains =
                [
                    .. definition.Explains
                        .Concat(Links.Where(link => link.Causes.Contains(definition.Code)).SelectMany(link => link.Consequences))
                        .Where(code => code != definition.Code && known.Contains(code))
                        .Distinct(),
                ],
            }),
        ];
    }

    private static string[] Codes(params int[] numbers) =>
        [.. numbers.Select(number => string.Create(CultureInfo.InvariantCulture, $"RAG-D{number:000}"))];

    private static string[] Range(int first, int last) => Codes([.. Enumerable.Range(first, last - first + 1)]);
}
