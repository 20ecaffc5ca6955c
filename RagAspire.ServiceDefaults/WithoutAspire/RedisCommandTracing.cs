using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Turns the Redis commands that ran inside a span into child spans of it. StackExchange.Redis has no activity
/// source of its own: it keeps timings in profiling sessions, which are collected here once a second.
/// </summary>
internal sealed class RedisCommandTracing(TimeProvider clock) : BackgroundService
{
    /// <summary>The name that OpenTelemetry's own instrumentation uses, so that filters and tests hold for both.</summary>
    public const string SourceName = "OpenTelemetry.Instrumentation.StackExchangeRedis";

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestCommand = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<ActivitySpanId, (Activity Parent, ProfilingSession Session)> _sessions = new();

    /// <summary>Follows the commands of one connection from now on.</summary>
    public void Watch(IConnectionMultiplexer connection) => connection.RegisterProfiler(SessionOfCurrentSpan);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Collect();
            }
        }
        finally
        {
            Collect();
        }
    }

    private ProfilingSession? SessionOfCurrentSpan()
    {
        var parent = Activity.Current;
        return parent is { Recorded: true } && Source.HasListeners()
            ? _sessions.GetOrAdd(parent.SpanId, _ => (parent, new ProfilingSession())).Session
            : null;
    }

    private void Collect()
    {
        foreach (var (id, (parent, session)) in _sessions)
        {
            foreach (var command in session.FinishProfiling())
            {
                Report(parent, command);
            }

            // A command may finish after the span it began in, so a span keeps its session for a while after its end.
            var end = parent.StartTimeUtc + parent.Duration;
            if (parent.IsStopped && clock.GetUtcNow().UtcDateTime - end > LongestCommand)
            {
                _sessions.TryRemove(id, out _);
            }
        }
    }

    private static void Report(Activity parent, IProfiledCommand command)
    {
        using var activity = Source.StartActivity(
            command.Command, ActivityKind.Client, parent.Context, startTime: command.CommandCreated);
        if (activity is null)
        {
            return;
        }

        activity.SetTag("db.system.name", "redis");
        activity.SetTag("db.operation.name", command.Command);
        activity.SetTag("db.namespace", command.Db);
        switch (command.EndPoint)
        {
            case IPEndPoint ip:
                activity.SetTag("server.address", ip.Address.ToString());
                activity.SetTag("server.port", ip.Port);
                break;
            case DnsEndPoint dns:
                activity.SetTag("server.address", dns.Host);
                activity.SetTag("server.port", dns.Port);
                break;
        }

        activity.SetEndTime(command.CommandCreated + command.ElapsedTime);
    }
}
