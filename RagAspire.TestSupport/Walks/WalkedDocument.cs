namespace RagAspire.TestSupport.Walks;

/// <summary>A document of a walk, with a word that stands in no other.</summary>
/// <param name="group">Who sees it; null for everyone.</param>
internal sealed class WalkedDocument(int number, Guid id, string? group)
{
    public int Number => number;

    public Guid Id => id;

    public string? Group { get; set; } = group;

    /// <summary>Which of its texts is the newest.</summary>
    public int Edition { get; set; }

    public bool HasExternalId { get; set; }

    /// <summary>What no key of another group may change; see <see cref="WalkedDocuments"/>.</summary>
    public string State { get; set; } = "";

    public string Station => StationOf(number);

    public static string NameOf(int number) => $"{StationOf(number)}-{WordOf(number)}.txt";

    public static string ExternalIdOf(int number) => $"external-{number}";

    public static string TextOf(int number, int edition) =>
        $"The code word of {StationOf(number)} is {WordOf(number)}. Nothing else has such a word. This is text {edition}.";

    public bool IsHiddenFrom(string group) => Group is not null && Group != group;

    public override string ToString() => $"{WordOf(number)} ({id}, of {Group ?? "everyone"})";

    private static string WordOf(int number) => $"quark{number}zebra";

    private static string StationOf(int number) => $"station{number}";
}
