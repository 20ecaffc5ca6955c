using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RagAspire.Api.Security;

/// <summary>A rule of bodies is broken; the message says which, to the client.</summary>
internal sealed class BodyRuleException(string message) : JsonException(message);

/// <summary>Refuses texts that no store can keep, wherever they come from: bodies, form fields and addresses.</summary>
internal static class StorableText
{
    public const string Reason = "A text contains a character that cannot be stored: U+0000 or half of a surrogate pair.";

    public static bool IsOne(string? text)
    {
        for (var index = 0; index < text?.Length; index++)
        {
            if (text[index] == '\0' || char.IsLowSurrogate(text[index]))
            {
                return false;
            }

            if (char.IsHighSurrogate(text[index]) && (++index == text.Length || !char.IsLowSurrogate(text[index])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Checks the query of an address; paths with U+0000 are refused by the server.</summary>
    public static IApplicationBuilder UseStorableText(this IApplicationBuilder app) => app.Use((context, next) =>
        context.Request.Query.All(pair => IsOne(pair.Key) && pair.Value.All(IsOne))
            ? next(context)
            : TypedResults.Problem(Reason, statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(context));

    /// <summary>Checks the texts of a body.</summary>
    public static void Modify(JsonTypeInfo type)
    {
        if (type.Kind == JsonTypeInfoKind.Object)
        {
            var texts = type.Properties.Where(property => property.PropertyType == typeof(string) && property.Get is not null)
                .Select(property => property.Get!).ToList();
            if (texts.Count > 0)
            {
                type.OnDeserialized += read => Check(texts.Select(get => get(read)));
            }
        }
        else if (type.Kind == JsonTypeInfoKind.Dictionary)
        {
            type.OnDeserialized += read => Check(Entries(read));
        }
        else if (type.ElementType == typeof(string))
        {
            type.OnDeserialized += read => Check((IEnumerable)read);
        }
    }

    private static IEnumerable<object?> Entries(object read) => read is IDictionary entries
        ? entries.Keys.Cast<object?>().Concat(entries.Values.Cast<object?>())
        : [];

    private static void Check(IEnumerable texts)
    {
        foreach (var text in texts)
        {
            if (!IsOne(text as string))
            {
                throw new BodyRuleException(Reason);
            }
        }
    }
}
