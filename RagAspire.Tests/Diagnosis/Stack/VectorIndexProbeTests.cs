using Grpc.Core;
using Qdrant.Client.Grpc;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.VectorIndex;
using RagAspire.Embedded;
using RagAspire.Tests.Diagnosis.Postgres;
using RagAspire.Tests.Support;
using RagAspire.Tests.Vectors.Qdrant;
using RagAspire.Vectors;

namespace RagAspire.Tests.Diagnosis.Stack;

public sealed class VectorIndexProbeTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Qdrant_in_step_with_the_database_is_healthy()
    {
        await using var qdrant = await QdrantStub.StartAsync();
        await using var rig = await RigAsync(qdrant);
        await FillAsync(rig);

        Assert.Empty(await rig.ExamineAsync("vector index"));
        Assert.Equal(
            ["answer time (Qdrant)", "vectors without an index (Qdrant)", "updates that wait (Qdrant): 0 of 1,000", "points (Qdrant): 5 of 5"],
            rig.Figures.Select(figure => figure.Contains("(Qdrant): 0 of", StringComparison.Ordinal)
                || figure.Contains("points", StringComparison.Ordinal) ? figure : figure.Split(':')[0]));
    }

    [Fact]
    public async Task Qdrant_that_is_away()
    {
        await using var rig = await ProbeRig.CreateAsync(
            stores, ("ConnectionStrings:vectors", $"Endpoint=http://127.0.0.1:{FreePort.Next()}"));

        Assert.Equal([IndexCodes.Unreachable], await rig.CodesAsync("vector index"));
    }

    [Theory]
    [InlineData(StatusCode.Unauthenticated, IndexCodes.Login)]
    [InlineData(StatusCode.FailedPrecondition, IndexCodes.RecoveryMode)]
    [InlineData(StatusCode.Internal, IndexCodes.Unreachable)]
    public async Task Qdrant_that_refuses(StatusCode status, string code)
    {
        await using var qdrant = await QdrantStub.StartAsync();
        qdrant.Failure = status;
        await using var rig = await RigAsync(qdrant);

        Assert.Equal([code], await rig.CodesAsync("vector index"));
    }

    [Fact]
    public async Task A_collection_that_does_not_exist_counts_once_there_is_something_to_find()
    {
        await using var qdrant = await QdrantStub.StartAsync();
        await using var rig = await RigAsync(qdrant);
        Assert.Empty(await rig.ExamineAsync("vector index"));

        await StoreChunksAsync(rig);
        Assert.Equal([IndexCodes.Missing], await rig.CodesAsync("vector index"));
    }

    [Fact]
    public async Task The_state_of_the_collection()
    {
        await using var qdrant = await QdrantStub.StartAsync();
        await using var rig = await RigAsync(qdrant);
        await FillAsync(rig);

        qdrant.Describe = info => info.Status = CollectionStatus.Red;
        Assert.Equal([IndexCodes.Red], await rig.CodesAsync("vector index"));

        qdrant.Describe = info => info.OptimizerStatus = new OptimizerStatus { Ok = false, Error = "No space left on device" };
        Assert.Equal([IndexCodes.Red], await rig.CodesAsync("vector index"));

        qdrant.Describe = info => info.UpdateQueue = new UpdateQueueInfo { Length = 5_000 };
        Assert.Equal([IndexCodes.Queue], await rig.CodesAsync("vector index"));

        qdrant.Describe = info => (info.PointsCount, info.IndexedVectorsCount) = (100_000, 10_000);
        Assert.Equal([IndexCodes.Unindexed, IndexCodes.OutOfStep], await rig.CodesAsync("vector index"));

        qdrant.Describe = null;
        qdrant.Delay = TimeSpan.FromMilliseconds(700);
        Assert.Equal([IndexCodes.Slow], await rig.CodesAsync("vector index"));
    }

    [Fact]
    public async Task Indexes_of_processes_that_are_out_of_step_or_empty()
    {
        await using var rig = await ProbeRig.CreateAsync(
            stores, ("Diagnosis:Index:DifferencePoints", "1"), ("Diagnosis:Index:Difference", "0"));
        await StoreChunksAsync(rig);
        await rig.ExecuteAsync("""
            insert into index_replicas (id, name, index_name, points) values
                (gen_random_uuid(), 'good', 'in-process', 5), (gen_random_uuid(), 'behind', 'in-process', 2),
                (gen_random_uuid(), 'empty', 'in-process', 0);
            insert into index_replicas (id, name, index_name, points, seen_at)
                values (gen_random_uuid(), 'gone', 'in-process', 1, now() - interval '1 day')
            """);

        var found = await rig.ExamineAsync("vector index");

        Assert.Equal(
            [("behind", IndexCodes.OutOfStep), ("empty", IndexCodes.NotLoaded)],
            found.Select(observation => (observation.Subject!, observation.Code)));
        Assert.Equal(["points (behind): 2 of 5", "points (empty): 0 of 5", "points (good): 5 of 5"], rig.Figures);
    }

    [Fact]
    public async Task What_Qdrant_tells_counts_without_the_database_and_its_step_is_unknown()
    {
        await using var qdrant = await QdrantStub.StartAsync();
        qdrant.Describe = info => info.Status = CollectionStatus.Red;
        await using var rig = DoctorRig.Create(
            $"Host=127.0.0.1;Port={FreePort.Next()};Username=x;Password=y;Database=z", null,
            ("ConnectionStrings:vectors", $"Endpoint={qdrant.Address}"));
        await rig.Get<IVectorIndex>().UpsertAsync([Point()], Token);

        var partly = await Assert.ThrowsAsync<ProbeException>(() => rig.CodesAsync("vector index"));
        Assert.Equal([IndexCodes.Red], partly.Observations.Select(observation => observation.Code));
        Assert.Contains("The database cannot be asked", partly.Message, StringComparison.Ordinal);
    }

    private Task<ProbeRig> RigAsync(QdrantStub qdrant) =>
        ProbeRig.CreateAsync(stores, ("ConnectionStrings:vectors", $"Endpoint={qdrant.Address}"));

    private static async Task FillAsync(ProbeRig rig)
    {
        await StoreChunksAsync(rig);
        await rig.Get<IVectorIndex>().UpsertAsync(
            [.. Enumerable.Range(1, 5).Select(_ => Point())],
            Token);
    }

    private static IndexPoint Point() =>
        new(Guid.NewGuid(), Guid.NewGuid(), 1, "default", new Dictionary<string, string>(), new TermVector([1], [1]), null);

    private static Task StoreChunksAsync(ProbeRig rig) => rig.ExecuteAsync("""
        insert into documents (id, collection, name, content_type, size_bytes, sha256, status, ready_version)
        values ('0199f7b4-0000-7000-8000-000000000001', 'default', 'a', 'text/plain', 1, '\x01', 'ready', 1);
        insert into chunks (id, document_id, version, ordinal, text, token_count)
        select gen_random_uuid(), id, 1, o, 'text', 1 from documents, generate_series(1, 5) o;
        """);
}
