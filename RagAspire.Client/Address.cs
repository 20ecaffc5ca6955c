using System.Globalization;

namespace RagAspire.Client;

/// <summary>Writes addresses with their query.</summary>
internal static class Address
{
    /// <summary>Appends what has a value.</summary>
    public static string With(string path, params ReadOnlySpan<(string Name, object? Value)> query)
    {
        var address = path;
        foreach (var (name, value) in query)
        {
            if (Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text)
            {
                address += $"{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{name}={Uri.EscapeDataString(text)}";
            }
        }

        return address;
    }
}
