using System.Globalization;

namespace RagAspire;

/// <summary>Sizes for people, such as "12.5 MiB".</summary>
internal static class ByteSize
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static string Format(double bytes)
    {
        var (size, unit) = (bytes, 0);
        while (Math.Abs(size) >= 1024 && unit < Units.Length - 1)
        {
            (size, unit) = (size / 1024, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{size:0.##} {Units[unit]}");
    }
}
