using Google.Protobuf.Collections;
using Grpc.Core;
using Qdrant.Client.Grpc;

namespace RagAspire.Tests.Vectors.Qdrant;

/// <summary>The points of one collection of the stub.</summary>
internal sealed class QdrantStubCollection(CreateCollection created)
{
    private readonly Dictionary<string, PointStruct> _points = [];

    public HashSet<string> Indexed { get; } = [];

    /// <summary>Dense vectors and their dimensions.</summary>
    public Dictionary<string, ulong> Dense { get; } =
        created.VectorsConfig?.ParamsMap?.Map.ToDictionary(v => v.Key, v => v.Value.Size) ?? [];

    public bool IsSparse(string vector) => created.SparseVectorsConfig.Map.ContainsKey(vector);

    public bool HasIdf(string vector) => created.SparseVectorsConfig.Map[vector].Modifier == Modifier.Idf;

    public QdrantStubCollection Copy()
    {
        var copy = new QdrantStubCollection(created);
        foreach (var (name, size) in Dense)
        {
            copy.Dense[name] = size;
        }

        foreach (var (id, point) in _points)
        {
            copy._points[id] = point;
        }

        return copy;
    }

    public CollectionInfo Info()
    {
        var map = new VectorParamsMap();
        map.Map.Add(Dense.ToDictionary(d => d.Key, d => new VectorParams { Size = d.Value, Distance = Distance.Cosine }));
        return new CollectionInfo
        {
            Status = CollectionStatus.Green,
            PointsCount = (ulong)_points.Count,
            Config = new CollectionConfig
            {
                Params = new CollectionParams { VectorsConfig = new VectorsConfig { ParamsMap = map } },
            },
        };
    }

    public void Upsert(RepeatedField<PointStruct> points)
    {
        foreach (var (name, vector) in points.SelectMany(point => point.Vectors.Vectors_.Vectors))
        {
            Check(name, vector);
        }

        foreach (var point in points)
        {
            _points[point.Id.Uuid] = point.Clone();
        }
    }

    public void Delete(PointsSelector selector)
    {
        var named = selector.Points is { } list
            ? list.Ids.Select(id => id.Uuid)
            : Where(selector.Filter).Select(point => point.Id.Uuid);
        foreach (var id in named.ToList())
        {
            _points.Remove(id);
        }
    }

    public GetResponse Retrieve(GetPoints request)
    {
        var response = new GetResponse();
        foreach (var point in request.Ids.Select(id => _points.GetValueOrDefault(id.Uuid)).OfType<PointStruct>())
        {
            var found = new RetrievedPoint { Id = point.Id };
            found.Payload.Add(point.Payload);
            response.Result.Add(found);
        }

        return response;
    }

    /// <summary>One page in the order of ids, from the offset on, with the id that the next one begins with.</summary>
    public ScrollResponse Scroll(ScrollPoints request)
    {
        var rest = Where(request.Filter)
            .OrderBy(point => point.Id.Uuid, StringComparer.Ordinal)
            .SkipWhile(point => request.Offset is { } from && string.CompareOrdinal(point.Id.Uuid, from.Uuid) < 0)
            .ToList();
        var page = new ScrollResponse();
        foreach (var point in rest.Take((int)request.Limit))
        {
            var found = new RetrievedPoint { Id = point.Id };
            found.Payload.Add(point.Payload);
            page.Result.Add(found);
        }

        page.NextPageOffset = rest.ElementAtOrDefault((int)request.Limit)?.Id;
        return page;
    }

    public IEnumerable<PointStruct> Where(Filter? filter) => _points.Values.Where(point => filter is null
        || Passes(filter, point));

    private static bool Passes(Filter filter, PointStruct point) => filter.Must.All(condition => Holds(condition, point))
        && (filter.Should.Count == 0 || filter.Should.Any(condition => Holds(condition, point)))
        && !filter.MustNot.Any(condition => Holds(condition, point));

    public static Exception Refuse(string reason) => new RpcException(new Status(StatusCode.InvalidArgument, reason));

    private static bool Holds(Condition condition, PointStruct point) => condition.ConditionOneOfCase switch
    {
        Condition.ConditionOneOfOneofCase.HasVector => point.Vectors.Vectors_.Vectors.ContainsKey(condition.HasVector.HasVector),
        Condition.ConditionOneOfOneofCase.IsEmpty => !QdrantStubPayload.ValuesAt(point, condition.IsEmpty.Key).Any(),
        Condition.ConditionOneOfOneofCase.Filter => Passes(condition.Filter, point),
        Condition.ConditionOneOfOneofCase.Field => QdrantStubPayload.ValuesAt(point, condition.Field.Key)
            .Any(value => QdrantStubPayload.Holds(condition.Field, value)),
        _ => throw Refuse($"The stub does not know {condition}"),
    };

    private void Check(string name, Vector vector)
    {
        if (vector.VectorCase == Vector.VectorOneofCase.Sparse && IsSparse(name))
        {
            if (vector.Sparse.Indices.Distinct().Count() != vector.Sparse.Values.Count)
            {
                throw Refuse("Validation error: sparse indices must be unique and as many as values");
            }
        }
        else if (!Dense.TryGetValue(name, out var size))
        {
            throw Refuse($"Wrong input: Not existing vector name error: {name}");
        }
        else if ((ulong)vector.Dense.Data.Count != size)
        {
            throw Refuse($"Wrong input: Vector dimension error: expected dim: {size}, got {vector.Dense.Data.Count}");
        }
    }
}
