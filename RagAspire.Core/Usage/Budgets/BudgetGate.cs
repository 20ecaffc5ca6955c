using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Options;
using RagAspire.Database;

namespace RagAspire.Usage.Budgets;

/// <summary>Admits calls of models as long as the budget of their key lasts.</summary>
/// <remarks>
/// The spending of other processes is known with a delay of their flush interval and of <see cref="UsageOptions.BudgetRefresh"/>.
/// That of this process is exact, and the likely cost of running calls is held. So a budget is exceeded at most by what other
/// processes spend within that delay, and by one call of each process.
/// </remarks>
public sealed class BudgetGate(
    BudgetStore budgets, UsageLedger ledger, PriceList prices, IOptions<UsageOptions> options, TimeProvider time)
{
    /// <summary>How soon calls that run now may have made room.</summary>
    private static readonly TimeSpan RunningCalls = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, KeyBudget> _keys = new();

    /// <inheritdoc cref="ModelMeter.AdmitAsync"/>
    public async ValueTask<IDisposable> AdmitAsync(
        string keyId, string model, ModelTokens expected, CancellationToken cancellationToken)
    {
        if (keyId == UsageContext.SystemKey || prices.Find(model) is not { Input: > 0 } and not { Output: > 0 })
        {
            return Admission.Free;
        }

        var key = _keys.GetOrAdd(keyId, _ => new KeyBudget());
        await RefreshAsync(key, keyId, cancellationToken);
        return Admit(key, keyId, prices.Find(model)!.CostOf(expected));
    }

    private Admission Admit(KeyBudget key, string keyId, decimal cost)
    {
        lock (key)
        {
            if (key.State is not { } budget)
            {
                return Admission.Free;
            }

            var now = time.GetUtcNow();
            var spent = (now < budget.Until ? budget.Spent : 0) + ledger.SumsOf(keyId).Recorded - key.WrittenBefore;
            if (spent >= budget.Amount)
            {
                throw new BudgetExceededException(
                    $"The budget of this key, {Money(budget.Amount)} a {budget.Period.Word()}, is spent until "
                    + $"{budget.Until.UtcDateTime:yyyy-MM-dd HH:mm} UTC. What uses no priced model still works.",
                    budget.Until - now);
            }

            if (key.Held > 0 && spent + key.Held + cost > budget.Amount)
            {
                throw new BudgetExceededException(
                    $"Calls of this key that are running may spend the rest of its budget, {Money(budget.Amount)} a {budget.Period.Word()}.",
                    RunningCalls);
            }

            key.Held += cost;
            return new Admission(key, cost);
        }
    }

    /// <summary>Reads the budget and the spending of all processes again when they are too old.</summary>
    private async Task RefreshAsync(KeyBudget key, string keyId, CancellationToken cancellationToken)
    {
        if (IsFresh(key))
        {
            return;
        }

        await key.Reading.WaitAsync(cancellationToken);
        try
        {
            if (IsFresh(key))
            {
                return;
            }

            // Read before the database is asked: a batch that is written meanwhile is counted twice for a moment, and never lost.
            var written = ledger.SumsOf(keyId).Written;
            var state = await budgets.FindAsync(keyId, cancellationToken);
            lock (key)
            {
                (key.State, key.WrittenBefore, key.ReadAt) = (state, written, time.GetUtcNow());
            }
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex) && key.ReadAt is not null)
        {
            // What was known goes on to count, together with the spending of this process.
        }
        finally
        {
            key.Reading.Release();
        }
    }

    private bool IsFresh(KeyBudget key)
    {
        lock (key)
        {
            return key.ReadAt is { } at && time.GetUtcNow() - at < options.Value.BudgetRefresh;
        }
    }

    private string Money(decimal amount) => string.Create(CultureInfo.InvariantCulture, $"{amount:0.######} {prices.Currency}");

    private sealed class KeyBudget
    {
        public SemaphoreSlim Reading { get; } = new(1);

        public BudgetState? State { get; set; }

        public DateTimeOffset? ReadAt { get; set; }

        /// <summary>The part of this process's spending that the state certainly contains.</summary>
        public decimal WrittenBefore { get; set; }

        /// <summary>The likely cost of the calls that are running.</summary>
        public decimal Held { get; set; }
    }

    private sealed class Admission(KeyBudget? key, decimal cost) : IDisposable
    {
        private int _isReleased;

        public static Admission Free { get; } = new(null, 0);

        public void Dispose()
        {
            if (key is null || Interlocked.Exchange(ref _isReleased, 1) != 0)
            {
                return;
            }

            lock (key)
            {
                key.Held -= cost;
            }
        }
    }
}
