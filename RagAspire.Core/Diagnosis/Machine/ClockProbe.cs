using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using StackExchange.Redis;

namespace RagAspire.Diagnosis.Machine;

/// <summary>Compares the clock of this process with those of the stores that answer.</summary>
internal sealed class ClockProbe(
    NpgsqlDataSource dataSource, IConnectionMultiplexer redis, IOptions<MachineOptions> options, TimeProvider time) : IProbe
{
    private static readonly TimeSpan OneClock = TimeSpan.FromSeconds(2);

    public string Name => "clock";

    public async Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var skews = await Task.WhenAll(
            MeasureAsync(PostgresAsync, cancellationToken), MeasureAsync(RedisAsync, cancellationToken));
        if (skews is [null, null])
        {
            throw new ProbeException("No store answers, so there is no clock to compare with.");
        }

        var limit = options.Value.ClockSkew;
        (string Store, string Query, TimeSpan? Skew)[] clocks =
            [("PostgreSQL", "select clock_timestamp()", skews[0]), ("Redis", "TIME", skews[1])];
        foreach (var (store, query, skew) in clocks.Where(clock => clock.Skew is not null))
        {
            window.Figures.Add(new Figure(
                Name, "difference of clocks", store, Math.Round(skew!.Value.Duration().TotalSeconds, 3), limit.TotalSeconds, "s", query));
        }

        return
        [
            .. clocks.Where(clock => clock.Skew is { } skew && skew.Duration() > limit).Select(clock => new Observation(
                MachineFindings.ClockSkew,
                $"The clock of this process is {Seconds(clock.Skew!.Value.Duration())} "
                + $"{(clock.Skew < TimeSpan.Zero ? "behind" : "ahead of")} that of {clock.Store}.",
                [new Evidence(clock.Query, Seconds(clock.Skew.Value), Seconds(limit))])
            {
                Subject = clock.Store,
            }),
        ];
    }

    /// <summary>How far this clock is ahead, at the middle of the call; null when the store does not answer.</summary>
    private async Task<TimeSpan?> MeasureAsync(
        Func<CancellationToken, Task<DateTimeOffset>> ask, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(OneClock);
        try
        {
            var before = time.GetUtcNow();
            var theirs = await ask(stop.Token).WaitAsync(stop.Token);
            return before + ((time.GetUtcNow() - before) / 2) - theirs;
        }
        catch (Exception ex) when (!cancellationToken.IsCancellationRequested
            && (Unavailability.IsUnavailable(ex) || ex is RedisException or TimeoutException or OperationCanceledException))
        {
            return null;
        }
    }

    private async Task<DateTimeOffset> PostgresAsync(CancellationToken cancellationToken) =>
        await dataSource.Command("select clock_timestamp()").ScalarAsync<DateTime>(cancellationToken);

    private async Task<DateTimeOffset> RedisAsync(CancellationToken cancellationToken)
    {
        var server = redis.GetServers().FirstOrDefault(server => server.IsConnected)
            ?? throw new TimeoutException("Redis is not connected.");
        return await server.TimeAsync().WaitAsync(cancellationToken);
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds.ToString("0.##", CultureInfo.InvariantCulture)} s";
}
