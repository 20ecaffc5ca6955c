using Microsoft.Extensions.Logging;
using RagAspire.Database;

namespace RagAspire.Webhooks;

/// <summary>Delivers events all the time, and looks for spent budgets now and then.</summary>
public sealed partial class WebhookService(
    WebhookDispatcher dispatcher,
    SpentBudgets budgets,
    DatabaseStartup database,
    TimeProvider time,
    ILogger<WebhookService> logger) : PollingService(database, time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseWithout = TimeSpan.FromSeconds(15);

    private bool _hasMore;

    protected override TimeSpan Interval => _hasMore ? TimeSpan.Zero : dispatcher.HasWebhooks ? Pause : PauseWithout;

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        _hasMore = false;
        await budgets.LookAsync(cancellationToken);
        _hasMore = await dispatcher.RunAsync(cancellationToken);
    }

    protected override void Skipped(Exception exception) => Log.Skipped(logger, exception.Message);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Events cannot be delivered to webhooks now: {Reason}")]
        public static partial void Skipped(ILogger logger, string reason);
    }
}
