namespace RagAspire;

/// <summary>How the API, the database and the metrics spell the members of enums: in lower case.</summary>
public static class EnumWords
{
#pragma warning disable CA1308 // Lower case is the spelling, not a normalisation for comparing.
    public static string Word<TEnum>(this TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
