using System.Globalization;
using Npgsql;

namespace RagAspire.Database;

/// <summary>
/// Connection strings that name several hosts, a primary and its standbys. Connections lead to the host that is the primary at
/// the time, so that a promoted standby is used without a restart.
/// </summary>
public static class PrimaryHost
{
    private const string RecheckKey = "Host Recheck Seconds";

    /// <summary>
    /// How long a host counts as a standby, or as absent, before it is asked again: the time that a promotion may go unnoticed.
    /// </summary>
    private const int RecheckSeconds = 5;

    /// <summary>Whether several hosts are named.</summary>
    public static bool HasStandby(this NpgsqlConnectionStringBuilder connection) =>
        connection.Host?.Contains(',', StringComparison.Ordinal) == true;

    /// <summary>Hosts and ports in their order.</summary>
    public static IReadOnlyList<(string Name, int Port)> Hosts(this NpgsqlConnectionStringBuilder connection) =>
        [.. (connection.Host ?? "").Split(',', StringSplitOptions.TrimEntries).Select(host => Parse(host, connection.Port))];

    /// <summary>
    /// Makes connections lead to the primary. Npgsql alone takes the first host that answers; with a single one it refuses the
    /// attribute.
    /// </summary>
    public static NpgsqlConnectionStringBuilder ToPrimary(this NpgsqlConnectionStringBuilder connection)
    {
        connection.TargetSessionAttributes = connection.HasStandby() ? "primary" : null;
        if (connection.HasStandby() && !connection.ShouldSerialize(RecheckKey))
        {
            connection.HostRecheckSeconds = RecheckSeconds;
        }

        return connection;
    }

    private static (string Name, int Port) Parse(string host, int port)
    {
        // An IPv6 address has colons of its own, and with a port it stands in brackets.
        var colon = host.LastIndexOf(':');
        var hasPort = colon > 0 && (host.IndexOf(':', StringComparison.Ordinal) == colon || host[colon - 1] == ']');
        return hasPort && int.TryParse(host.AsSpan(colon + 1), CultureInfo.InvariantCulture, out var own)
            ? (host[..colon].Trim('[', ']'), own)
            : (host.Trim('[', ']'), port);
    }
}
