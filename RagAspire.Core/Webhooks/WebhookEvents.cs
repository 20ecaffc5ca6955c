namespace RagAspire.Webhooks;

/// <summary>The types of events. All but the budget's are written by triggers of the tables that they are about.</summary>
public static class WebhookEvents
{
    public const string BudgetSpent = "budget.spent";

    public static IReadOnlyList<string> All { get; } =
    [
        "document.ready", "document.failed", "source.failing", "alert.firing", "alert.resolved", "backup.done", "backup.failed",
        BudgetSpent,
    ];
}
