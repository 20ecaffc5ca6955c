using System.Text.Json;
using System.Text.Json.Serialization;

namespace RagAspire;

/// <summary>The spelling of enum members in the API, the database and the metrics: their names in lower case.</summary>
public static class EnumWords
{
#pragma warning disable CA1308 // Lower case is the spelling, not a normalisation for comparing.
    public static string Word<TEnum>(this TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();
#pragma warning restore CA1308

    /// <summary>The member that is spelt like this; null when there is none.</summary>
    public static TEnum? Parse<TEnum>(string? word)
        where TEnum : struct, Enum
    {
        foreach (var value in Enum.GetValues<TEnum>())
        {
            if (value.Word() == word)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The member of a stored word.</summary>
    /// <exception cref="FormatException">No member is spelt like this, so a newer version has written it.</exception>
    public static TEnum Read<TEnum>(string word)
        where TEnum : struct, Enum => Parse<TEnum>(word)
        ?? throw new FormatException($"'{word}' is no {typeof(TEnum).Name}.");
}

/// <summary>Reads and writes enums as words, and refuses numbers, which the serialiser accepts otherwise.</summary>
public sealed class EnumWordConverter<TEnum>() : JsonStringEnumConverter<TEnum>(LowerCase.Policy, allowIntegerValues: false)
    where TEnum : struct, Enum;

internal sealed class LowerCase : JsonNamingPolicy
{
    public static LowerCase Policy { get; } = new();

#pragma warning disable CA1308 // As in EnumWords.
    public override string ConvertName(string name) => name.ToLowerInvariant();
#pragma warning restore CA1308
}
