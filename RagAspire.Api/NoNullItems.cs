using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RagAspire.Api;

/// <summary>Refuses null in the lists and objects of a body, for which no call has a use.</summary>
/// <remarks>The serialiser respects nullable annotations of properties, and not those of items.</remarks>
internal static class NoNullItems
{
    public static void Modify(JsonTypeInfo type)
    {
        if (type.Kind is JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary && type.ElementType is { IsValueType: false })
        {
            type.OnDeserialized += Check;
        }
    }

    private static void Check(object read)
    {
        var items = read is IDictionary dictionary ? dictionary.Values : (IEnumerable)read;
        foreach (var item in items)
        {
            if (item is null)
            {
                throw new JsonException("A list or object contains null.");
            }
        }
    }
}
