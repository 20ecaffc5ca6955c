using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RagAspire.Database;
using RagAspire.Security;
using RagAspire.Tests.Support;
using RagAspire.Usage;
using RagAspire.Usage.Budgets;

namespace RagAspire.Tests.Usage;

/// <summary>One process that counts usage, with a clock that the test sets. Several of them may share a database.</summary>
internal sealed class UsageRig : IAsyncDisposable
{
    public const string Model = "llama3.2:3b";

    private readonly CoreServices _core;

    private UsageRig(CoreServices core, FakeTimeProvider clock) => (_core, Clock) = (core, clock);

    public FakeTimeProvider Clock { get; }

    public UsageLedger Ledger => _core.Get<UsageLedger>();

    public UsageWriter Writer => _core.Get<UsageWriter>();

    public BudgetGate Gate => _core.Get<BudgetGate>();

    public UsageReporter Reporter => _core.Get<UsageReporter>();

    public NpgsqlDataSource Database => _core.Get<NpgsqlDataSource>();

    public IServiceProvider Services => _core.Services;

    /// <summary>Input tokens cost 1 a million, output tokens 10.</summary>
    public static async Task<UsageRig> CreateAsync(
        Stores stores, string? database = null, FakeTimeProvider? clock = null, string defaultBudget = "0")
    {
        clock ??= new FakeTimeProvider(new DateTimeOffset(2026, 1, 31, 22, 30, 0, TimeSpan.Zero));
        var settings = new Dictionary<string, string?>
        {
            ["Usage:Prices:0:Model"] = "llama3.2",
            ["Usage:Prices:0:Input"] = "1",
            ["Usage:Prices:0:Output"] = "10",
            ["Usage:DefaultBudget"] = defaultBudget,
        };
        var core = await CoreServices.CreateAsync(
            stores, database, settings, services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));
        return new UsageRig(core, clock);
    }

    public async Task<string> KeyAsync(string name, Budget? budget = null) =>
        (await _core.Get<ApiKeyStore>().CreateAsync(name, [Scopes.Read], null, null, budget, "test", Token)).Key.Id;

    /// <summary>Counts an answer that costs exactly this much.</summary>
    public void Spend(string key, decimal cost) =>
        Ledger.Add(new UsageContext(key, "default", UsageKind.Answer), Model, new ModelTokens((long)(cost * 1_000_000), 0, 0));

    public ValueTask<IDisposable> AdmitAsync(string key, decimal expected = 0) =>
        Gate.AdmitAsync(key, Model, new ModelTokens((long)(expected * 1_000_000), 0, 0), Token);

    public Task FlushAsync() => Writer.FlushAsync(Token);

    public async Task<decimal> StoredCostAsync(string key) =>
        await Database.Command("select coalesce(sum(cost), 0) from model_usage where key_id = $1", key).ScalarAsync<decimal>(Token);

    public ValueTask DisposeAsync() => _core.DisposeAsync();

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
