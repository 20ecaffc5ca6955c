using System.Globalization;

namespace RagAspire.Diagnosis;

/// <summary>Values with their units, as findings show them.</summary>
internal static class Quantity
{
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#} %");

    public static string Number(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture);

    public static string Seconds(TimeSpan time) => Seconds(time.TotalSeconds);

    public static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###} s");

    public static string Milliseconds(double milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.#} ms");

    public static string PerHour(double rate) => string.Create(CultureInfo.InvariantCulture, $"{rate:0.##} per hour");

    public static string Bytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");

    public static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB");

    public static string Count(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}");
}
