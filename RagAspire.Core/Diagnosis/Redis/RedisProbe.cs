using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RagAspire.Monitoring;
using StackExchange.Redis;

namespace RagAspire.Diagnosis.Redis;

/// <summary>Examines Redis, or Garnet in its place, over a connection of its own.</summary>
public sealed class RedisProbe(IConfiguration configuration, IOptions<RedisDiagnosisOptions> options) : IProbe
{
    private const int Pings = 3;

    private readonly CounterHistory _counters = new();

    public string Name => "redis";

    public async Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        if (configuration.GetConnectionString("cache") is not { Length: > 0 } text)
        {
            return [];
        }

        var target = Target(text);
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(target).WaitAsync(options.Value.Timeout,
                cancellationToken);
            return await ExamineAsync(connection.GetDatabase(), window, cancellationToken);
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException)
        {
            return [Failure(ex, target, await GreetingAsync(target, cancellationToken))];
        }
    }

    private ConfigurationOptions Target(string text)
    {
        var target = ConfigurationOptions.Parse(text);
        var milliseconds = (int)options.Value.Timeout.TotalMilliseconds;
        (target.ConnectTimeout, target.SyncTimeout, target.AsyncTimeout) = (milliseconds, milliseconds, milliseconds);
        (target.AbortOnConnectFail, target.ConnectRetry, target.AllowAdmin) = (true, 0, true);
        target.ClientName = "ragaspire-diagnosis";
        return target;
    }

    /// <summary>
    /// A server without room for another client says so before it is asked, which the client library does not pass on.
    /// </summary>
    private static async Task<string> GreetingAsync(ConfigurationOptions target, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromMilliseconds(250));
        try
        {
            using var client = new TcpClient();
            await (target.EndPoints[0] switch
            {
                DnsEndPoint name => client.ConnectAsync(name.Host, name.Port, limit.Token),
                IPEndPoint address => client.ConnectAsync(address, limit.Token),
                _ => throw new NotSupportedException(),
            });
            var buffer = new byte[200];
            var count = await client.GetStream().ReadAsync(buffer, limit.Token);
            return Encoding.UTF8.GetString(buffer, 0, count).Trim();
        }
        catch (Exception ex) when (ex is SocketException or IOException or NotSupportedException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return "";
        }
    }

    private static Observation Failure(Exception exception, ConfigurationOptions target, string greeting)
    {
        var server = string.Join(", ", target.EndPoints.Select(Address));
        var reason = greeting.Length > 0 ? greeting : Reason(exception);
        var code = exception switch
        {
            _ when reason.Contains("max number of clients", StringComparison.OrdinalIgnoreCase) => RedisCodes.Clients,
            RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => RedisCodes.Login,
            _ when reason.Contains("NOAUTH", StringComparison.Ordinal) || reason.Contains("WRONGPASS", StringComparison.Ordinal) => RedisCodes.Login,
            _ when reason.Contains("NOPERM", StringComparison.Ordinal) => RedisCodes.Login,
            _ when reason.Contains("LOADING", StringComparison.Ordinal) => RedisCodes.Persistence,
            _ => RedisCodes.Unreachable,
        };
        return new Observation(code, $"Redis at {server} cannot be used: {reason}", [new Evidence($"redis-cli -u redis://{server} ping", reason)]);
    }

    private static string Address(EndPoint server) => server is DnsEndPoint name ? $"{name.Host}:{name.Port}" : server.ToString() ?? "";

    // The outer message is a paragraph of advice; the innermost one says what happened.
    private static string Reason(Exception exception) =>
        exception.InnerException is { } inner ? $"{exception.Message.Split('.')[0]}: {Reason(inner)}" : exception.Message;

    private async Task<IReadOnlyList<Observation>> ExamineAsync(
        IDatabase redis, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var latencies = new List<TimeSpan>();
        for (var i = 0; i < Pings; i++)
        {
            var startedAt = Stopwatch.GetTimestamp();
            await redis.PingAsync().WaitAsync(options.Value.Timeout, cancellationToken);
            latencies.Add(Stopwatch.GetElapsedTime(startedAt));
        }

        var info = await RedisInfo.ReadAsync(redis).WaitAsync(options.Value.Timeout, cancellationToken);
        var unknown = new List<string>();
        IReadOnlyList<Observation> found =
        [
            .. Latency(latencies.Order().ElementAt(Pings / 2), window),
            .. Memory(info, window), .. Evictions(info, window), .. Clients(info, window), .. Persistence(info), .. Role(info),
            .. await SlowAsync(redis, window, unknown, cancellationToken),
        ];
        return ProbeException.Unless(unknown, found);
    }

    private IEnumerable<Observation> Latency(TimeSpan median, DiagnosisWindow window)
    {
        Note(window, "ping", Math.Round(median.TotalMilliseconds, 2), options.Value.Latency.TotalMilliseconds, "ms", "PING");
        if (median > options.Value.Latency)
        {
            yield return new Observation(
                RedisCodes.Latency, $"A PING takes {Quantity.Milliseconds(median.TotalMilliseconds)}.",
                [new Evidence("PING", Quantity.Milliseconds(median.TotalMilliseconds), Quantity.Milliseconds(options.Value.Latency.TotalMilliseconds))]);
        }
    }

    private IEnumerable<Observation> Memory(Dictionary<string, string> info, DiagnosisWindow window)
    {
        var (used, limit) = (Number(info, "used_memory"), Number(info, "maxmemory"));
        if (info.ContainsKey("used_memory"))
        {
            Note(
                window, "memory", Math.Round(used / (1 << 20), 1),
                limit > 0 ? Math.Round(limit * options.Value.MemoryShare / (1 << 20), 1) : null, "MiB", "INFO memory: used_memory");
        }

        if (limit > 0 && used >= limit * options.Value.MemoryShare)
        {
            yield return new Observation(
                RedisCodes.Memory,
                $"Redis uses {Quantity.Mebibytes((long)used)} of {Quantity.Mebibytes((long)limit)}; the policy is {info.GetValueOrDefault("maxmemory_policy", "unknown")}.",
                [new Evidence("INFO memory: used_memory", Quantity.Bytes((long)used), Quantity.Bytes((long)(limit * options.Value.MemoryShare)))]);
        }
    }

    private IEnumerable<Observation> Evictions(Dictionary<string, string> info, DiagnosisWindow window)
    {
        var evicted = Number(info, "evicted_keys");
        if (_counters.Read("evicted", window, Start(info, window), evicted) is { } growth
            && CounterHistory.PerHour(growth, window) is var rate && rate > options.Value.EvictionsPerHour)
        {
            yield return new Observation(
                RedisCodes.Evictions,
                string.Create(CultureInfo.InvariantCulture, $"Redis has evicted {growth.By[0]} keys since {growth.Since:u}."),
                [new Evidence(
                    "INFO stats: evicted_keys",
                    string.Create(CultureInfo.InvariantCulture, $"{evicted}, {evicted - growth.By[0]} before"),
                    $"{Quantity.PerHour(options.Value.EvictionsPerHour)} more")]);
        }
    }

    /// <summary>When the counters of the server began; null where it does not tell its age.</summary>
    private static DateTimeOffset? Start(Dictionary<string, string> info, DiagnosisWindow window) =>
        info.ContainsKey("uptime_in_seconds") ? window.Until - TimeSpan.FromSeconds(Number(info, "uptime_in_seconds")) : null;

    private IEnumerable<Observation> Clients(Dictionary<string, string> info, DiagnosisWindow window)
    {
        var (rejected, connected, limit) = (Number(info, "rejected_connections"), Number(info, "connected_clients"), Number(info, "maxclients"));
        if (info.ContainsKey("connected_clients"))
        {
            Note(
                window, "clients", connected, limit > 0 ? Math.Floor(limit * options.Value.ClientShare) : null, "",
                "INFO clients: connected_clients");
        }

        if (_counters.Read("rejected", window, Start(info, window), rejected) is { } growth && growth.By[0] > 0)
        {
            yield return new Observation(
                RedisCodes.Clients,
                string.Create(CultureInfo.InvariantCulture, $"Redis has rejected {growth.By[0]} connections since {growth.Since:u}."),
                [new Evidence(
                    "INFO stats: rejected_connections",
                    string.Create(CultureInfo.InvariantCulture, $"{rejected} connections, {rejected - growth.By[0]} before"), "no more")]);
        }
        else if (limit > 0 && connected >= limit * options.Value.ClientShare)
        {
            yield return new Observation(
                RedisCodes.Clients, $"{connected} of {limit} clients are connected to Redis.",
                [new Evidence("INFO clients: connected_clients / maxclients", Quantity.Percent(connected / limit), Quantity.Percent(options.Value.ClientShare))]);
        }
    }

    private static IEnumerable<Observation> Persistence(Dictionary<string, string> info)
    {
        string[] results = ["rdb_last_bgsave_status", "aof_last_bgrewrite_status", "aof_last_write_status"];
        var failed = results.Where(name => info.GetValueOrDefault(name, "ok") == "err").ToList();
        if (failed.Count > 0)
        {
            yield return new Observation(
                RedisCodes.Persistence, $"Redis could not save: {string.Join(", ", failed)}.",
                [.. failed.Select(name => new Evidence($"INFO persistence: {name}", "err", "ok"))]);
        }
        else if (info.GetValueOrDefault("loading") == "1")
        {
            yield return new Observation(
                RedisCodes.Persistence, "Redis is loading its data and serves nothing yet.", [new Evidence("INFO persistence: loading", "1", "0")]);
        }
    }

    private static IEnumerable<Observation> Role(Dictionary<string, string> info)
    {
        if (info.GetValueOrDefault("role") == "slave")
        {
            yield return new Observation(
                RedisCodes.Replica,
                $"The server is a replica of {info.GetValueOrDefault("master_host")}; the link is {info.GetValueOrDefault("master_link_status", "unknown")}.",
                [new Evidence("INFO replication: role", "slave", "master")]);
        }
    }

    private async Task<IReadOnlyList<Observation>> SlowAsync(
        IDatabase redis, DiagnosisWindow window, List<string> unknown, CancellationToken cancellationToken)
    {
        RedisResult log;
        try
        {
            log = await redis.ExecuteAsync("SLOWLOG", "GET", "32").WaitAsync(options.Value.Timeout, cancellationToken);
        }
        catch (RedisServerException ex) when (ex.Message.StartsWith("NOPERM", StringComparison.Ordinal))
        {
            unknown.Add($"Redis refuses SLOWLOG: {ex.Message.TrimEnd('.')}.");
            return [];
        }
        catch (RedisServerException)
        {
            // A server in the place of Redis has no slow log.
            return [];
        }

        var slow = ((RedisResult[]?)log ?? []).Select(entry => (RedisResult[])entry!)
            .Select(entry => (At: DateTimeOffset.FromUnixTimeSeconds((long)entry[1]),
                Took: TimeSpan.FromMicroseconds((long)entry[2]),
                Command: (string?)((RedisResult[])entry[3]!)[0] ?? ""))
            .Where(entry => entry.At >= window.Since && entry.Took > options.Value.SlowCommand)
            .ToList();
        if (slow.Count == 0)
        {
            return [];
        }

        var slowest = slow.MaxBy(entry => entry.Took);
        return [new Observation(
            RedisCodes.Slow,
            $"{slow.Count} commands were slow, the slowest {slowest.Command} with {Quantity.Milliseconds(slowest.Took.TotalMilliseconds)}.",
            [new Evidence(
                "SLOWLOG GET 32", Quantity.Milliseconds(slowest.Took.TotalMilliseconds),
                Quantity.Milliseconds(options.Value.SlowCommand.TotalMilliseconds))])
        {
            Since = slow.Min(entry => entry.At),
        }];
    }

    private void Note(DiagnosisWindow window, string name, double value, double? limit, string unit, string query) =>
        window.Figures.Add(new Figure(Name, name, "server", value, limit, unit, query));

    private static double Number(Dictionary<string, string> info, string name) =>
        double.TryParse(info.GetValueOrDefault(name), CultureInfo.InvariantCulture, out var value) ? value : 0;
}
