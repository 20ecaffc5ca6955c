using Npgsql;
using RagAspire.Database;

namespace RagAspire.Vectors.Sync;

/// <summary>
/// The newest change that PostgreSQL holds. A question that is on its way may be older than a caller; callers that come
/// meanwhile share the next one.
/// </summary>
public sealed class NewestChange(NpgsqlDataSource dataSource)
{
    private readonly Lock _lock = new();
    private Waiting? _next;
    private bool _isAsking;

    /// <returns>The sequence number as of after the call began; null where PostgreSQL gave none.</returns>
    public Task<long?> AskAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_isAsking)
            {
                _next ??= new Waiting();
                return _next.Answer.Task.WaitAsync(cancellationToken);
            }

            _isAsking = true;
        }

        return QuestionAsync().WaitAsync(cancellationToken);
    }

    private async Task<long?> QuestionAsync()
    {
        try
        {
            // Others may wait for it, so no caller's token cancels it.
            return await dataSource.Command("select coalesce(max(seq), 0) from index_changes").ScalarAsync<long>(CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            return null;
        }
        finally
        {
            AskForNext();
        }
    }

    private void AskForNext()
    {
        Waiting? next;
        lock (_lock)
        {
            (next, _next) = (_next, null);
            _isAsking = next is not null;
        }

        if (next is not null)
        {
            // It belongs to the trace of the first that waits for it, and not to that of a request that has ended.
            ExecutionContext.Run(next.Context, _ => _ = AnswerAsync(next.Answer), state: null);
        }
    }

    private async Task AnswerAsync(TaskCompletionSource<long?> answer)
    {
        try
        {
            answer.SetResult(await QuestionAsync());
        }
        catch (Exception ex)
        {
            // Such as a data source that is disposed of: it is for those that wait.
            answer.SetException(ex);
        }
    }

    private sealed class Waiting
    {
        public TaskCompletionSource<long?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ExecutionContext Context { get; } = ExecutionContext.Capture()!;
    }
}
