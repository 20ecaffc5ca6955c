using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Answers;

/// <summary>When a conversation counts as over; section <c>Sessions</c>.</summary>
public sealed class SessionOptions
{
    public const string Section = "Sessions";

    /// <summary>Seconds without a question after which a session is over.</summary>
    [Range(1, 86_400)]
    public int QuietSeconds { get; set; } = 1800;
}

/// <summary>What operators see of conversations.</summary>
public sealed class SessionMetrics(IMeterFactory meters)
{
    public const string MeterName = "RagAspire.Sessions";

    private readonly Histogram<double> _durations = meters.Create(MeterName).CreateHistogram(
        "rag.session.duration",
        "s",
        "From the first question of a session to its last, once it is over",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400] });

    public void Ended(double seconds) => _durations.Record(seconds);
}

/// <summary>
/// Finds sessions that have become quiet, and how long they lasted. All processes share one mark in the database up to
/// which that is known, so that each session is counted once, whoever answered its questions.
/// </summary>
public sealed class SessionMetricsSampler(
    NpgsqlDataSource dataSource, DatabaseStartup database, SessionMetrics metrics, IOptions<SessionOptions> options, TimeProvider time)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.MigratedAsync(stoppingToken);
        var quiet = TimeSpan.FromSeconds(options.Value.QuietSeconds);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Math.Min(options.Value.QuietSeconds, 30)), time);
        do
        {
            try
            {
                foreach (var seconds in await EndedAsync(quiet, stoppingToken))
                {
                    metrics.Ended(seconds);
                }
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex))
            {
                // The mark has not moved, so they are found later.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<IReadOnlyList<double>> EndedAsync(TimeSpan quiet, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var counted = await connection.Command("select counted_until from session_watch for update")
            .ScalarAsync<DateTime>(cancellationToken);
        var ended = await connection.Command("""
            select extract(epoch from max(created_at) - min(created_at))::float8 from answers
            where session_id in (select session_id from answers where created_at > $1 and created_at <= now() - $2)
            group by session_id
            having max(created_at) <= now() - $2
            """, counted, quiet).ListAsync(row => row.GetDouble(0), cancellationToken);
        await connection.Command(
            "update session_watch set counted_until = greatest(counted_until, now() - $1)", quiet).ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ended;
    }
}

public static class SessionRegistration
{
    public static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.AddValidatedOptions<SessionOptions>(SessionOptions.Section);
        return services.AddSingleton<SessionMetrics>().AddHostedService<SessionMetricsSampler>();
    }
}
