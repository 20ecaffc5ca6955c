using RagAspire.Maintenance.Runs;
using RagAspire.Tests.Maintenance.Interruptions;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Maintenance;

/// <summary>
/// No task may request a lock that conflicts with a search. Conflicts are symmetric, so the test holds the locks of a search
/// during the whole run of each task: a task that requests a conflicting lock cannot finish.
/// </summary>
public sealed class SearchLockTests(Stores stores)
{
    /// <summary>The locks that a search and an answer take: they read these tables and record themselves.</summary>
    private static readonly string[] LocksOfASearch =
    [
        "documents in access share mode",
        "chunks in access share mode",
        "embeddings in access share mode",
        "index_changes in access share mode",
        "searches in row exclusive mode",
        "answers in row exclusive mode",
    ];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_task_needs_a_lock_that_a_search_would_wait_for()
    {
        await using var filled = await FilledHost.CreateAsync(
            await stores.CreateMigratedAsync(), stores.Redis, lockTimeout: TimeSpan.FromMilliseconds(100));
        await filled.Host.SucceedAsync("backup");
        await using var locks = await TableLocks.TakeAsync(filled.Host.ConnectionString, LocksOfASearch);
        foreach (var (task, point) in LockPoint.All)
        {
            await (point.Work is { } work ? filled.Host.ExecuteAsync(work) : Task.CompletedTask);
            var run = await filled.Host.RunAsync(task).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
            var notes = string.Join(' ', run.Report?.Notes ?? []);
            Assert.True(run.Status == RunStatus.Succeeded, $"{task}: {run.Status} {run.Error} {notes}");
            Assert.False(notes.Contains("locked by another session", StringComparison.Ordinal), $"{task}: {notes}");
        }
    }
}
