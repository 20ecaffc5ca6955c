using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire.Vectors;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Maintenance.Interruptions;

/// <summary>An index that all processes share, like Qdrant, and that a test can make unreachable.</summary>
internal sealed class SharedIndexStub : IVectorIndex, IIndexMaintenance, IDisposable
{
    private readonly InProcessVectorIndex _index = new(Options.Create(new Bm25Options()), Options.Create(new HybridOptions()));
    private static readonly Dictionary<string, double> NoMetrics = [];
    private volatile bool _isDown;

    public SharedIndexStub() => _index.Open();

    public string Name => "shared";

    public bool IsShared => true;

    public bool IsDown
    {
        get => _isDown;
        set => _isDown = value;
    }

    private InProcessVectorIndex Index => _isDown ? throw new VectorIndexUnavailableException("Qdrant does not answer.") : _index;

    public void AddTo(IServiceCollection services) =>
        services.AddSingleton<IVectorIndex>(this).AddSingleton<IIndexMaintenance>(this);

    public Task UpsertAsync(IReadOnlyList<IndexPoint> points, CancellationToken cancellationToken) =>
        Index.UpsertAsync(points, cancellationToken);

    public Task RemoveAsync(Guid documentId, int? belowVersion, CancellationToken cancellationToken) =>
        Index.RemoveAsync(documentId, belowVersion, cancellationToken);

    public Task RemoveChunksAsync(IReadOnlyCollection<Guid> chunkIds, CancellationToken cancellationToken) =>
        Index.RemoveChunksAsync(chunkIds, cancellationToken);

    public IAsyncEnumerable<IReadOnlyList<IndexedChunk>> ScanAsync(CancellationToken cancellationToken) =>
        Index.ScanAsync(cancellationToken);

    public Task<IReadOnlyList<IndexHit>> SearchAsync(IndexQuery query, CancellationToken cancellationToken) =>
        Index.SearchAsync(query, cancellationToken);

    public Task<IndexStatus> StatusAsync(CancellationToken cancellationToken) => Index.StatusAsync(cancellationToken);

    public async Task<IndexMaintenanceReport> RunAsync(
        bool dryRun, Action<int, string> progress, CancellationToken cancellationToken) =>
        new((await StatusAsync(cancellationToken)).Points, 0, [], [], NoMetrics, NoMetrics);

    public void Dispose() => _index.Dispose();
}
