namespace RagAspire.Diagnosis.Redis;

/// <summary>The findings about Redis; docs/diagnostics has a page for each.</summary>
internal static class RedisFindings
{
    public static IReadOnlyList<FindingDefinition> All { get; } =
    [
        new(RedisCodes.Unreachable, "Redis cannot be reached", FindingSeverity.Warning,
            "Every search and answer is computed anew, so all are slower; nothing is lost and no request fails.",
            "Redis is down, or host and port of the connection string are wrong.",
            [
                "Start Redis.",
                "Compare host and port of ConnectionStrings__cache with the server.",
            ],
            []),
        new(RedisCodes.Login, "Redis refuses the login", FindingSeverity.Warning,
            "Nothing is cached, so searches and answers are slower.",
            "The password in the connection string is wrong or missing.",
            [
                "Set the password in ConnectionStrings__cache and restart the services.",
            ],
            []),
        new(RedisCodes.Memory, "Redis is near its memory limit", FindingSeverity.Warning,
            "Keys are evicted early, or writes are refused when the policy is noeviction.",
            "More is cached than the limit holds.",
            [
                "Raise maxmemory, or lower Cache:SearchLifetime.",
                "Set maxmemory-policy to allkeys-lru: everything in Redis can be computed again.",
            ],
            ["RAG-D053"]),
        new(RedisCodes.Evictions, "Redis evicts keys", FindingSeverity.Warning,
            "Searches and answers that were cached are computed again.",
            "The memory limit is too small for what is cached.",
            [
                "Raise maxmemory.",
                "Find the key that sends the most requests: the audit log and the dashboard name it.",
            ],
            []),
        new(RedisCodes.Clients, "Redis runs out of connections", FindingSeverity.Warning,
            "A process that cannot connect works without a cache and is slower.",
            "A program opens connections and does not close them.",
            [
                "Find the program with most connections in client list.",
                "Raise maxclients.",
            ],
            []),
        new(RedisCodes.Slow, "Redis runs slow commands", FindingSeverity.Warning,
            "All other commands wait meanwhile, because Redis runs one at a time.",
            "A command reads a large part of the keys, or the machine was busy or swapped.",
            [
                "Look at the commands and at who sends them (the last fields of each entry).",
                "Check the memory and the processors of that machine.",
            ],
            []),
        new(RedisCodes.Persistence, "Redis cannot save its data", FindingSeverity.Warning,
            "With the default settings Redis refuses writes; after a restart the cache is empty.",
            "The disk of Redis is full or not writable.",
            [
                "Read the log of Redis for the reason.",
                "Free space on its disk, or give the directory to its user.",
                "Or switch persistence off: the cache can be lost.",
            ],
            []),
        new(RedisCodes.Latency, "Redis answers slowly", FindingSeverity.Warning,
            "Each request waits for the cache up to Cache:Patience, and then works without it.",
            "The network or the machine of Redis is overloaded.",
            [
                "Look at the slow log and at the processors of that machine.",
                "Move Redis closer.",
            ],
            []),
        new(RedisCodes.Replica, "The connection leads to a Redis replica", FindingSeverity.Warning,
            "Nothing new is cached.",
            "A failover has happened, and the connection string names the old primary.",
            [
                "Point ConnectionStrings__cache at the primary.",
            ],
            []),
    ];
}
