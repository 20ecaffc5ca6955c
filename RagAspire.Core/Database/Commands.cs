using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace RagAspire.Database;

/// <summary>Short forms for commands with positional parameters ($1, $2 …); the SQL stays where it is used.</summary>
public static class Commands
{
    public static NpgsqlCommand Command(this NpgsqlDataSource dataSource, string sql, params ReadOnlySpan<object?> values) =>
        dataSource.CreateCommand(sql).With(values);

    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values) =>
        new NpgsqlCommand(sql, connection).With(values);

    /// <summary>
    /// For the <c>from</c> of a statement whose loss in a crash of the server costs work and no data, such as a lease: its commit
    /// does not wait for the disk. A later commit that does wait writes it too.
    /// </summary>
    public const string WithoutFlush = "(select set_config('synchronous_commit', 'off', true)) without_flush";

    public static async Task<int> ExecuteAsync(this NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public static async Task<T?> ScalarAsync<T>(this NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            return await command.ExecuteScalarAsync(cancellationToken) is T value ? value : default;
        }
    }

    public static async Task<List<T>> ListAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(read(reader));
            }

            return rows;
        }
    }

    public static async Task<T?> FirstAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
        where T : class
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? read(reader) : null;
        }
    }

    /// <summary>A parameter of type <c>jsonb</c>; null for null.</summary>
    public static NpgsqlParameter Jsonb<T>(T? value, JsonSerializerOptions? options = null) => new()
    {
        Value = value is null ? DBNull.Value : JsonSerializer.Serialize(value, options),
        NpgsqlDbType = NpgsqlDbType.Jsonb,
    };

    public static T? Nullable<T>(this NpgsqlDataReader reader, string column)
    {
        var ordinal = reader.GetOrdinal(column);
        return reader.IsDBNull(ordinal) ? default : reader.GetFieldValue<T>(ordinal);
    }

    public static T Field<T>(this NpgsqlDataReader reader, string column) =>
        reader.GetFieldValue<T>(reader.GetOrdinal(column));

    private static NpgsqlCommand With(this NpgsqlCommand command, ReadOnlySpan<object?> values)
    {
        foreach (var value in values)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        return command;
    }
}
