using Grpc.Core;
using Qdrant.Client.Grpc;

namespace RagAspire.Tests.Vectors.Qdrant;

/// <summary>The collections of the stub; every call locks it.</summary>
internal sealed class QdrantStubStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, QdrantStubCollection> _collections = [];

    /// <summary>What a server that is behind holds later.</summary>
    public QdrantStubStore Copy()
    {
        lock (_lock)
        {
            var copy = new QdrantStubStore();
            foreach (var (name, collection) in _collections)
            {
                copy._collections[name] = collection.Copy();
            }

            return copy;
        }
    }

    public void Drop()
    {
        lock (_lock)
        {
            _collections.Clear();
        }
    }

    public CollectionExistsResponse Exists(CollectionExistsRequest request)
    {
        lock (_lock)
        {
            return new CollectionExistsResponse
            {
                Result = new CollectionExists { Exists = _collections.ContainsKey(request.CollectionName) },
            };
        }
    }

    public CollectionOperationResponse Create(CreateCollection request)
    {
        lock (_lock)
        {
            if (!_collections.TryAdd(request.CollectionName, new QdrantStubCollection(request)))
            {
                throw new RpcException(new Status(
                    StatusCode.AlreadyExists, $"Wrong input: Collection `{request.CollectionName}` already exists!"));
            }

            return new CollectionOperationResponse { Result = true };
        }
    }

    public GetCollectionInfoResponse Get(GetCollectionInfoRequest request)
    {
        lock (_lock)
        {
            return new GetCollectionInfoResponse { Result = Find(request.CollectionName).Info() };
        }
    }

    public PointsOperationResponse CreateIndex(CreateFieldIndexCollection request)
        => Change(request.CollectionName, collection => collection.Indexed.Add(request.FieldName));

    public PointsOperationResponse CreateVector(CreateVectorNameRequest request)
        => Change(request.CollectionName, collection => collection.Dense.TryAdd(request.VectorName, request.DenseConfig.Size));

    public PointsOperationResponse Upsert(UpsertPoints request)
        => Change(request.CollectionName, collection => collection.Upsert(request.Points));

    public PointsOperationResponse Delete(DeletePoints request)
        => Change(request.CollectionName, collection => collection.Delete(request.Points));

    public ScrollResponse Scroll(ScrollPoints request)
    {
        lock (_lock)
        {
            return Find(request.CollectionName).Scroll(request);
        }
    }

    public GetResponse Retrieve(GetPoints request)
    {
        lock (_lock)
        {
            return Find(request.CollectionName).Retrieve(request);
        }
    }

    public CountResponse Count(CountPoints request)
    {
        lock (_lock)
        {
            var count = Find(request.CollectionName).Where(request.Filter).Count();
            return new CountResponse { Result = new CountResult { Count = (ulong)count } };
        }
    }

    public QueryResponse Query(QueryPoints request)
    {
        lock (_lock)
        {
            return new QueryResponse { Result = { QdrantStubSearch.Run(Find(request.CollectionName), request) } };
        }
    }

    public QueryBatchResponse Query(QueryBatchPoints request)
    {
        lock (_lock)
        {
            var collection = Find(request.CollectionName);
            var results = request.QueryPoints.Select(q => new BatchResult { Result = { QdrantStubSearch.Run(collection, q) } });
            return new QueryBatchResponse { Result = { results } };
        }
    }

    private PointsOperationResponse Change(string name, Action<QdrantStubCollection> change)
    {
        lock (_lock)
        {
            change(Find(name));
            return new PointsOperationResponse { Result = new UpdateResult { Status = UpdateStatus.Completed } };
        }
    }

    private QdrantStubCollection Find(string name) => _collections.GetValueOrDefault(name)
        ?? throw new RpcException(new Status(StatusCode.NotFound, $"Not found: Collection `{name}` doesn't exist!"));
}
