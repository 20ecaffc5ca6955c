namespace RagAspire.Usage;

/// <summary>Adds up the usage of this process in memory, so that no call waits for the database.</summary>
/// <remarks>
/// The sums of a key only grow: spending that the database does not know yet is what was recorded since then, minus what was
/// written since then.
/// </remarks>
public sealed class UsageLedger(PriceList prices, UsageMetrics metrics, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, KeySums> _keys = [];
    private Dictionary<UsageSlot, UsageTotals> _rows = [];

    /// <summary>Counts one call at the price that its model has now.</summary>
    public void Add(UsageContext usage, string model, ModelTokens tokens)
    {
        var now = time.GetUtcNow();
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        var cost = prices.Find(model)?.CostOf(tokens) ?? 0;
        var slot = new UsageSlot(hour, usage.KeyId, usage.Collection, model, usage.Kind, prices.Currency);
        var call = new UsageTotals(1, tokens.Input, tokens.Output, tokens.Estimated, cost);
        lock (_gate)
        {
            _rows[slot] = _rows.GetValueOrDefault(slot, UsageTotals.None).Plus(call);
            Of(usage.KeyId).Recorded += cost;
        }

        metrics.Used(usage.Kind, model, prices.Currency, call);
    }

    /// <summary>Takes all usage that has not been taken yet; null when there is none.</summary>
    public UsageBatch? Take()
    {
        lock (_gate)
        {
            if (_rows.Count == 0)
            {
                return null;
            }

            var batch = new UsageBatch(Guid.CreateVersion7(), [.. _rows]);
            _rows = [];
            return batch;
        }
    }

    /// <summary>The database has a batch.</summary>
    public void Written(UsageBatch batch)
    {
        lock (_gate)
        {
            foreach (var (slot, totals) in batch.Rows)
            {
                Of(slot.KeyId).Written += totals.Cost;
            }
        }
    }

    /// <summary>What a key has cost in this process since its start, and how much of it the database has.</summary>
    public (decimal Recorded, decimal Written) SumsOf(string keyId)
    {
        lock (_gate)
        {
            return _keys.TryGetValue(keyId, out var sums) ? (sums.Recorded, sums.Written) : (0, 0);
        }
    }

    private KeySums Of(string keyId)
    {
        if (!_keys.TryGetValue(keyId, out var sums))
        {
            _keys[keyId] = sums = new KeySums();
        }

        return sums;
    }

    private sealed class KeySums
    {
        public decimal Recorded { get; set; }

        public decimal Written { get; set; }
    }
}
