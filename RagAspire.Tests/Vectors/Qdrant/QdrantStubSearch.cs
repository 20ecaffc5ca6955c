using Qdrant.Client.Grpc;

namespace RagAspire.Tests.Vectors.Qdrant;

/// <summary>Searches of the stub: exact, and by Qdrant's formulas.</summary>
internal static class QdrantStubSearch
{
    public static IEnumerable<ScoredPoint> Run(QdrantStubCollection collection, QueryPoints query)
    {
        if (query.Query.VariantCase == Query.VariantOneofCase.Sample)
        {
            return collection.Where(query.Filter).Take((int)query.Limit).Select(point => Hit(point, 0, query));
        }

        var scores = query.Query.Nearest.VariantCase switch
        {
            VectorInput.VariantOneofCase.Sparse => Sparse(collection, query),
            VectorInput.VariantOneofCase.Dense => Dense(collection, query),
            _ => throw QdrantStubCollection.Refuse("The stub knows sparse and dense vectors only"),
        };
        return scores.OrderByDescending(s => s.Score).Take((int)query.Limit).Select(s => Hit(s.Point, s.Score, query));
    }

    private static IEnumerable<(PointStruct Point, float Score)> Sparse(QdrantStubCollection collection, QueryPoints query)
    {
        if (!collection.IsSparse(query.Using) || !collection.HasIdf(query.Using))
        {
            throw QdrantStubCollection.Refuse($"Wrong input: Not existing vector name error: {query.Using}");
        }

        // Rarity is counted over all points that have the vector, whatever the filter says.
        var all = collection.Where(null).Where(point => Has(point, query.Using)).ToList();
        var asked = query.Query.Nearest.Sparse;
        var weights = new Dictionary<uint, double>();
        for (var i = 0; i < asked.Indices.Count; i++)
        {
            var index = asked.Indices[i];
            var having = all.Count(point => Of(point, query.Using).Indices.Contains(index));
            weights[index] = asked.Values[i] * Math.Log(((all.Count - having + 0.5) / (having + 0.5)) + 1);
        }

        return collection.Where(query.Filter)
            .Where(point => Has(point, query.Using) && Of(point, query.Using).Indices.Any(weights.ContainsKey))
            .Select(point => (point, (float)Score(Of(point, query.Using), weights)));
    }

    private static double Score(SparseVector stored, Dictionary<uint, double> weights)
        => stored.Indices.Zip(stored.Values, (index, value) => weights.GetValueOrDefault(index) * value).Sum();

    private static IEnumerable<(PointStruct Point, float Score)> Dense(QdrantStubCollection collection, QueryPoints query)
    {
        var asked = query.Query.Nearest.Dense.Data.ToArray();
        if (!collection.Dense.TryGetValue(query.Using, out var size) || (int)size != asked.Length)
        {
            throw QdrantStubCollection.Refuse($"Wrong input: Vector dimension error: expected dim: {size}, got {asked.Length}");
        }

        return collection.Where(query.Filter).Where(point => Has(point, query.Using))
            .Select(point => (point, Cosine(asked, point.Vectors.Vectors_.Vectors[query.Using].Dense.Data)));
    }

    private static float Cosine(IReadOnlyList<float> one, IReadOnlyList<float> other)
        => (float)(one.Zip(other, (a, b) => (double)a * b).Sum() / Norm(one) / Norm(other));

    private static double Norm(IEnumerable<float> vector) => Math.Sqrt(vector.Sum(v => (double)v * v));

    private static bool Has(PointStruct point, string vector) => point.Vectors.Vectors_.Vectors.ContainsKey(vector);

    private static SparseVector Of(PointStruct point, string vector) => point.Vectors.Vectors_.Vectors[vector].Sparse;

    private static ScoredPoint Hit(PointStruct point, float score, QueryPoints query)
    {
        var hit = new ScoredPoint { Id = point.Id, Score = score };
        foreach (var field in query.WithPayload?.Include?.Fields ?? [])
        {
            hit.Payload[field] = point.Payload[field];
        }

        var named = new NamedVectorsOutput();
        foreach (var name in query.WithVectors?.Include?.Names ?? [])
        {
            named.Vectors[name] = new VectorOutput { Sparse = Of(point, name) };
        }

        if (named.Vectors.Count > 0)
        {
            hit.Vectors = new VectorsOutput { Vectors = named };
        }

        return hit;
    }
}
