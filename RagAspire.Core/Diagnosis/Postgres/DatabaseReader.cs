using Microsoft.Extensions.Options;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>Lets probes read stored state in a session of their own. Without the database their part is unknown.</summary>
public sealed class DatabaseReader(PostgresLocation location, IOptions<PostgresDiagnosisOptions> options)
{
    /// <exception cref="ProbeException">The database cannot be asked; why is the finding of another probe.</exception>
    public async Task<T> ReadAsync<T>(Func<PostgresSession, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            await using var session = await PostgresSession.OpenAsync(location.Connection, options.Value.Timeout,
                cancellationToken);
            return await read(session);
        }
        catch (Exception ex) when (PostgresProbe.IsFailure(ex, cancellationToken))
        {
            throw new ProbeException($"The database cannot be asked: {PostgresFailure.Of(ex).Reason}", ex);
        }
    }

    /// <summary>A value of the section "since" as SQL spells it.</summary>
    internal static string Literal(DateTimeOffset time) =>
        $"timestamptz '{time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", System.Globalization.CultureInfo.InvariantCulture)}Z'";

    internal static string Literal(TimeSpan time) => FormattableString.Invariant($"interval '{time.TotalSeconds} s'");

    /// <summary>A text of the database on one line, cut where it is long.</summary>
    internal static string Short(string text)
    {
        const int longest = 200;
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= longest ? line : $"{line[..longest]}…";
    }
}
