using RagAspire.Embedded.Postgres;

namespace RagAspire.Worker.Commands.Database;

/// <summary>The database in the data directory, for a command that is given no connection string.</summary>
internal static class EmbeddedDatabase
{
    private const string Variable = "ConnectionStrings__ragdb";

    /// <summary>Sets the connection string of the cluster in <c>RAGASPIRE_DATA</c>, where there is one and none is set.</summary>
    public static void UseIfNothingIsConfigured()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable))
            && Environment.GetEnvironmentVariable("RAGASPIRE_DATA") is { Length: > 0 } data
            && EmbeddedPostgres.LastConnectionString(data) is { } connectionString)
        {
            Environment.SetEnvironmentVariable(Variable, connectionString);
        }
    }
}
