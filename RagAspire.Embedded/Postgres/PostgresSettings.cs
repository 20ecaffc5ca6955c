using System.Globalization;

namespace RagAspire.Embedded.Postgres;

/// <summary>The settings that differ from PostgreSQL's defaults; the file is written at every start.</summary>
internal static class PostgresSettings
{
    public const string FileName = "ragaspire.conf";

    private const string Port = "port = ";

    /// <summary>The port in a rendered file.</summary>
    public static int? PortIn(IEnumerable<string> lines) =>
        int.TryParse(
            lines.FirstOrDefault(line => line.StartsWith(Port, StringComparison.Ordinal))?[Port.Length..],
            CultureInfo.InvariantCulture, out var port) ? port : null;

    public static string Render(PostgresOptions options, PostgresBinaries binaries, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"""
        # Written at every start; changes here are lost. Put settings into postgresql.conf, below the include.
        listen_addresses = '127.0.0.1'
        port = {port}
        unix_socket_directories = ''
        {string.Join('\n', Tuning(options).Select(setting => $"{setting.Name} = '{setting.Value}'"))}
        work_mem = '16MB'
        jit = off
        timezone = 'UTC'
        log_timezone = 'UTC'
        lc_messages = 'C'
        shared_preload_libraries = '{(binaries.HasLibrary("pg_stat_statements") ? "pg_stat_statements" : "")}'
        track_io_timing = on
        logging_collector = on
        log_directory = 'log'
        log_filename = 'postgresql-%a.log'
        log_truncate_on_rotation = on
        log_rotation_age = '1d'
        log_rotation_size = 0
        log_min_duration_statement = '2s'
        {(options.Durable ? "max_wal_size = '2GB'\nwal_compression = on" : Fast)}

        """);

    private static IReadOnlyList<(string Name, string Value)> Tuning(PostgresOptions options) =>
        new PostgresTuning(options.SharedBuffersMegabytes * 4, options.MaxConnections).Settings;

    // A test cluster may lose data when the machine goes down, but not when the server is killed: commits stay
    // synchronous, and without fsync each costs one write.
    private const string Fast = """
        fsync = off
        full_page_writes = off
        max_wal_size = '4GB'
        checkpoint_timeout = '30min'
        wal_level = minimal
        max_wal_senders = 0
        """;
}
