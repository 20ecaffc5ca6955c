using System.Diagnostics;
using Npgsql;

namespace RagAspire.Tests.Support;

/// <summary>Counts the commands that this process sends to one database and that have ended.</summary>
internal sealed class QueryCount : IDisposable
{
    private readonly string _database;
    private readonly string _part;
    private readonly ActivityListener _listener;
    private int _count;

    /// <param name="part">Counts only commands that have this in their text.</param>
    public QueryCount(NpgsqlDataSource dataSource, string part = "")
    {
        (_database, _part) = (new NpgsqlConnectionStringBuilder(dataSource.ConnectionString).Database!, part);
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => Interlocked.Add(ref _count, IsCounted(activity) ? 1 : 0),
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public int Value => Volatile.Read(ref _count);

    public void Dispose() => _listener.Dispose();

    private bool IsCounted(Activity activity) =>
        activity.TagObjects.Any(tag => tag.Key is "db.query.text" or "db.statement"
            && tag.Value is string text && text.Contains(_part, StringComparison.Ordinal))
        && activity.TagObjects.Any(tag => tag.Value is string text && text == _database);
}
