using System.IO.Compression;
using Npgsql;
using RagAspire.Backups.Files;
using RagAspire.Database;

namespace RagAspire.Backups.Dumps;

/// <summary>
/// The rows of each table by COPY in its binary form, compressed, a file each. The schema is that of the migrations which
/// the manifest names, so this program can restore without any of PostgreSQL's, all in one transaction.
/// </summary>
public sealed class CopyDump : IDump
{
    public string Method => "copy";

    public async Task<DumpContents> WriteAsync(
        Snapshot snapshot, NpgsqlConnectionStringBuilder connection, BackupWriter writer, CancellationToken cancellationToken)
    {
        var tables = new List<BackupTable>();
        foreach (var table in snapshot.Tables)
        {
            var file = await writer.WriteAsync(
                $"{tables.Count + 1:000}-{SafeName(table.Name)}.copy.gz",
                stream => CopyOutAsync(snapshot.Connection, table, stream, cancellationToken),
                cancellationToken);
            tables.Add(new BackupTable(table.Name, table.Rows, file, table.Columns));
        }

        return new DumpContents(null, tables);
    }

    public async Task<string> InspectAsync(BackupReader reader, CancellationToken cancellationToken)
    {
        foreach (var table in reader.Manifest.Tables)
        {
            var rows = 0L;
            await reader.ReadAsync(
                reader.File(table.File ?? ""),
                async stream =>
                {
                    await using var unzipped = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
                    rows = await CopyFormat.CountAsync(unzipped, table.Columns!.Count, cancellationToken);
                },
                cancellationToken);
            if (rows != table.Rows)
            {
                throw new DamagedBackupException($"The file of {table.Name} has {rows} rows, the manifest says {table.Rows}.");
            }
        }

        return $"sizes, checksums and the rows of {reader.Manifest.Tables.Count} tables";
    }

    public async Task LoadAsync(BackupReader reader, NpgsqlConnectionStringBuilder target, CancellationToken cancellationToken)
    {
        var scripts = Migrator.Scripts().ToDictionary(script => script.Name);
        await using var connection = new NpgsqlConnection(target.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await MakeSchemaAsync(connection, reader.Manifest.Migrations.Select(migration => scripts[migration.Name]), cancellationToken);
        foreach (var table in reader.Manifest.Tables)
        {
            await reader.ReadAsync(
                reader.File(table.File ?? ""), stream => CopyInAsync(connection, table, stream, cancellationToken), cancellationToken);
        }

        foreach (var sequence in reader.Manifest.Sequences)
        {
            await connection.Command("select setval($1::regclass, $2)", $"{Snapshot.Schema}.{DumpTable.QuoteName(sequence.Name)}", sequence.LastValue)
                .ExecuteAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task MakeSchemaAsync(
        NpgsqlConnection connection, IEnumerable<Migrator.Script> scripts, CancellationToken cancellationToken)
    {
        await connection.Command(Migrator.Register).ExecuteAsync(cancellationToken);
        foreach (var script in scripts)
        {
            await connection.Command(script.Sql).ExecuteAsync(cancellationToken);
            await connection.Command("insert into schema_migrations (name, sha256) values ($1, $2)", script.Name, script.Sha256)
                .ExecuteAsync(cancellationToken);
        }

        // Migrations may bring rows of their own; those of the backup are all that count, and the new identity is drawn later.
        var filled = await DumpTable.ReadAsync(connection, cancellationToken);
        await connection.Command($"truncate {string.Join(", ", filled.Select(table => table.Sql).Concat(Snapshot.LeftOut))}").ExecuteAsync(cancellationToken);
    }

    private static async Task CopyOutAsync(NpgsqlConnection connection, DumpTable table, Stream stream, CancellationToken cancellationToken)
    {
        await using var zipped = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true);
        await using var rows = await connection.BeginRawBinaryCopyAsync(
            $"copy (select {table.ColumnList} from {Snapshot.Schema}.{table.Sql}) to stdout (format binary)", cancellationToken);
        await rows.CopyToAsync(zipped, cancellationToken);
    }

    private static async Task CopyInAsync(NpgsqlConnection connection, BackupTable table, Stream stream, CancellationToken cancellationToken)
    {
        await using var unzipped = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
        var columns = string.Join(", ", table.Columns!.Select(DumpTable.QuoteName));
        await using var rows = await connection.BeginRawBinaryCopyAsync(
            $"copy {Snapshot.Schema}.{DumpTable.QuoteName(table.Name)} ({columns}) from stdin (format binary)", cancellationToken);
        try
        {
            await unzipped.CopyToAsync(rows, cancellationToken);
        }
        catch
        {
            // Or its end would be taken for the end of the rows.
            await rows.CancelAsync();
            throw;
        }
    }

    private static string SafeName(string table) => string.Concat(table.Select(c => char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '-'));
}
