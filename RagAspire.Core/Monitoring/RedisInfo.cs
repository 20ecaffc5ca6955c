using StackExchange.Redis;

namespace RagAspire.Monitoring;

/// <summary>The figures of <c>INFO</c>, by name.</summary>
internal static class RedisInfo
{
    /// <param name="redis">Of a connection with <c>AllowAdmin</c>, which the client wants for this command.</param>
    /// <exception cref="RedisException">Redis does not answer.</exception>
    public static async Task<Dictionary<string, string>> ReadAsync(IDatabase redis)
    {
        var info = (string?)await redis.ExecuteAsync("INFO") ?? "";
        return info
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(':', 2))
            .Where(pair => pair.Length == 2)
            .DistinctBy(pair => pair[0])
            .ToDictionary(pair => pair[0], pair => pair[1]);
    }
}
