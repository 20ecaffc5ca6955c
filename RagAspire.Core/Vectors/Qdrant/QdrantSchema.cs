using Grpc.Core;
using Qdrant.Client;
using Qdrant.Client.Grpc;

namespace RagAspire.Vectors.Qdrant;

/// <summary>Creates the Qdrant collection at its first use, and its dense vector once the dimension is known.</summary>
internal sealed class QdrantSchema(QdrantClient client, string name)
{
    public const string Dense = "dense";
    public const string Terms = "terms";

    private volatile bool _isMade;
    private int _dimensions;

    /// <summary>Of the dense vectors, as far as this process knows.</summary>
    public int? Dimensions => Volatile.Read(ref _dimensions) is var known and > 0 ? known : null;

    /// <summary>Forgets everything about a deleted collection.</summary>
    public void Forget()
    {
        _isMade = false;
        Volatile.Write(ref _dimensions, 0);
    }

    public async Task MakeAsync(CancellationToken cancellationToken)
    {
        if (_isMade)
        {
            return;
        }

        if (!await client.CollectionExistsAsync(name, cancellationToken))
        {
            await CreateAsync(cancellationToken);
        }

        // Making an index that is there already changes nothing, so a start that was interrupted is completed.
        await IndexAsync(QdrantPayload.Collection, PayloadSchemaType.Keyword, TenantIndex(), cancellationToken);
        await IndexAsync(QdrantPayload.Document, PayloadSchemaType.Keyword, null, cancellationToken);
        await IndexAsync(QdrantPayload.Version, PayloadSchemaType.Integer, null, cancellationToken);
        await IndexAsync(QdrantPayload.Tags, PayloadSchemaType.Keyword, null, cancellationToken);
        await IndexAsync(QdrantPayload.Groups, PayloadSchemaType.Keyword, null, cancellationToken);
        await IndexAsync(QdrantPayload.Name, PayloadSchemaType.Keyword, null, cancellationToken);
        await IndexAsync(QdrantPayload.ContentType, PayloadSchemaType.Keyword, null, cancellationToken);
        await IndexAsync(QdrantPayload.Size, PayloadSchemaType.Integer, null, cancellationToken);
        await IndexAsync(QdrantPayload.CreatedAt, PayloadSchemaType.Datetime, null, cancellationToken);
        await ReadDimensionsAsync(cancellationToken);
        _isMade = true;
    }

    /// <summary>The dimensions, asked for while there are none: another process may have brought the first vectors.</summary>
    public async Task<int?> ReadDimensionsAsync(CancellationToken cancellationToken)
    {
        if (Dimensions is null)
        {
            var info = await client.GetCollectionInfoAsync(name, cancellationToken);
            if (info.Config.Params.VectorsConfig?.ParamsMap?.Map.TryGetValue(Dense, out var dense) == true)
            {
                Volatile.Write(ref _dimensions, checked((int)dense.Size));
            }
        }

        return Dimensions;
    }

    public async Task MakeDenseAsync(int dimensions, CancellationToken cancellationToken)
    {
        if (Dimensions is null)
        {
            await client.CreateVectorNameAsync(
                new CreateVectorNameRequest
                {
                    CollectionName = name,
                    VectorName = Dense,
                    Wait = true,
                    DenseConfig = new DenseVectorCreationConfig { Size = (ulong)dimensions, Distance = Distance.Cosine },
                },
                cancellationToken);
            Volatile.Write(ref _dimensions, dimensions);
        }
    }

    private static PayloadIndexParams TenantIndex() => new() { KeywordIndexParams = new KeywordIndexParams { IsTenant = true } };

    private Task<UpdateResult> IndexAsync(
        string field, PayloadSchemaType type, PayloadIndexParams? parameters, CancellationToken cancellationToken)
        => client.CreatePayloadIndexAsync(name, field, type, parameters, cancellationToken: cancellationToken);

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        var sparse = new SparseVectorConfig();
        sparse.Map.Add(Terms, new SparseVectorParams { Modifier = Modifier.Idf });
        try
        {
            await client.CreateCollectionAsync(
                name, new VectorParamsMap(), sparseVectorsConfig: sparse, cancellationToken: cancellationToken);
        }
        catch (RpcException ex) when (ex.StatusCode is StatusCode.AlreadyExists or StatusCode.InvalidArgument)
        {
            // Another process may have created it at the same time.
            if (!await client.CollectionExistsAsync(name, cancellationToken))
            {
                throw;
            }
        }
    }
}
