using System.Globalization;
using Grpc.Core;
using Qdrant.Client.Grpc;
using RagAspire.Diagnosis.Machine;
using RagAspire.Diagnosis.Models;
using RagAspire.Diagnosis.Redis;
using RagAspire.Diagnosis.VectorIndex;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;
using StackExchange.Redis;

namespace RagAspire.Tests.Diagnosis.Patterns;

/// <summary>Troubles of Redis, Qdrant, the model server and the machine.</summary>
internal sealed class ServerPatterns(PatternRig rig, IConnectionMultiplexer redis)
{
    public IEnumerable<Pattern> All() => [.. Redis(), .. Index(), .. Models(), .. Machine()];

    private IEnumerable<Pattern> Redis() =>
    [
        new("redis", RedisCodes.Login,
            () => RedisAsync("CONFIG", "SET", "requirepass", "unknown"), () => RedisAsync("CONFIG", "SET", "requirepass", "")),
        new("redis", RedisCodes.Memory,
            () => RedisAsync("CONFIG", "SET", "maxmemory", "1mb"), () => RedisAsync("CONFIG", "SET", "maxmemory", "0")),
        new("redis", RedisCodes.Clients, TakeClientsAsync,
            async () =>
            {
                await RedisAsync("CONFIG", "SET", "maxclients", "1000");
                await RedisAsync("CONFIG", "RESETSTAT");
            }),
        new("redis", RedisCodes.Slow, () => RedisAsync("DEBUG", "SLEEP", "1"), () => RedisAsync("SLOWLOG", "RESET")),
        new("redis", RedisCodes.Persistence,
            async () =>
            {
                Directory.CreateDirectory(Path.Combine(rig.Snapshots, "dump.rdb", "in the way"));
                await SaveAsync("err");
            },
            async () =>
            {
                Directory.Delete(Path.Combine(rig.Snapshots, "dump.rdb"), recursive: true);
                await SaveAsync("ok");
            }),
    ];

    private IEnumerable<Pattern> Index() =>
    [
        Refusing(IndexCodes.Unreachable, StatusCode.Unavailable),
        Refusing(IndexCodes.Login, StatusCode.Unauthenticated),
        Described(IndexCodes.Red, info => info.Status = CollectionStatus.Red),
        Described(IndexCodes.Queue, info => info.UpdateQueue = new UpdateQueueInfo { Length = 5_000 }),
        Described(IndexCodes.OutOfStep, info => (info.PointsCount, info.IndexedVectorsCount) = (60_000, 60_000)),
    ];

    private IEnumerable<Pattern> Models() =>
    [
        Pattern.Of("models", ModelCodes.Missing, () => rig.Ollama.HasModels = false, () => rig.Ollama.HasModels = true),
        Pattern.Of("models", ModelCodes.Failing,
            () => rig.Ollama.Mode = OllamaMode.Failing, () => rig.Ollama.Mode = OllamaMode.Normal),
        new("models", ModelCodes.Cold,
            () => rig.Cluster.ExecuteAsync($"""
                insert into answers (id, session_id, collection, question, answer, kind, model, chunk_ids)
                values (gen_random_uuid(), gen_random_uuid(), 'default', 'q', 'a', 'generated', '{rig.Ollama.ChatModel}', array[]::uuid[])
                """),
            () => rig.Cluster.ExecuteAsync("delete from answers")),
    ];

    private IEnumerable<Pattern> Machine()
    {
        yield return Pattern.Of("machine", MachineFindings.Memory, () => PlantMemory(availableKb: 500_000), () => PlantMemory(6_000_000));
        yield return Pattern.Of("machine", MachineFindings.Handles,
            () => rig.Kernel.Plant("proc/sys/fs/file-nr", "90000\t0\t100000\n"),
            () => rig.Kernel.Plant("proc/sys/fs/file-nr", "1000\t0\t100000\n"));
        if (rig.Disk is { } disk)
        {
            yield return Pattern.Of("machine", MachineFindings.DataDisk, disk.Fill, disk.Clear);
        }
    }

    private void PlantMemory(long availableKb) =>
        rig.Kernel.Plant("proc/meminfo", PlantedKernel.Memory(8_000_000, availableKb, 2_000_000, 2_000_000));

    private Pattern Refusing(string code, StatusCode status) =>
        Pattern.Of("vector index", code, () => rig.Qdrant.Failure = status, () => rig.Qdrant.Failure = null);

    private Pattern Described(string code, Action<CollectionInfo> describe) =>
        Pattern.Of("vector index", code, () => rig.Qdrant.Describe = describe, () => rig.Qdrant.Describe = null);

    /// <summary>No client fits beside those that are connected.</summary>
    private async Task TakeClientsAsync()
    {
        var clients = await redis.GetDatabase().ExecuteAsync("CLIENT", "LIST");
        var count = ((string?)clients)!.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        await RedisAsync("CONFIG", "SET", "maxclients", count.ToString(CultureInfo.InvariantCulture));
    }

    private async Task SaveAsync(string result)
    {
        await RedisAsync("BGSAVE");
        await Eventually.TrueAsync(
            async () => ((string?)await redis.GetDatabase().ExecuteAsync("INFO", "persistence"))!.Contains(
                $"rdb_last_bgsave_status:{result}", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30), () => rig.Redis.Output, TestContext.Current.CancellationToken);
    }

    private Task<RedisResult> RedisAsync(string command, params object[] arguments) =>
        redis.GetDatabase().ExecuteAsync(command, arguments);
}
