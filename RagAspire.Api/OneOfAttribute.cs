using System.ComponentModel.DataAnnotations;

namespace RagAspire.Api;

/// <summary>Allows the words of an enum in a query; an empty word is the same as none.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OneOfAttribute<TEnum>() : ValidationAttribute($"{{0}} must be one of {string.Join(", ", Words)}.")
    where TEnum : struct, Enum
{
    private static IEnumerable<string> Words => Enum.GetValues<TEnum>().Select(value => value.Word());

    public override bool IsValid(object? value) => value is null or "" || EnumWords.Parse<TEnum>(value as string) is not null;
}
