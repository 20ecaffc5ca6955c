using System.Buffers.Binary;
using Npgsql;
using RagAspire.Documents;
using RagAspire.Ingestion;
using RagAspire.Ingestion.Chunking;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Transfer;

/// <summary>Stores the chunks of an archive, and the vectors of the model that this system has.</summary>
public sealed class ImportedChunks(
    NpgsqlDataSource dataSource, ChunkWriter writer, SharedIndexWriter index, Embedder embedder)
{
    /// <summary>No document of the largest size has more.</summary>
    private const int MaxChunks = 500_000;

    private const int BatchSize = 500;

    /// <summary>Names the way in which the terms are made; they are made from the texts, which takes no model.</summary>
    internal string Analysis => writer.Analysis;

    /// <param name="lines">From the beginning: the document itself comes first.</param>
    /// <exception cref="TransferException">The chunks are not those of the document.</exception>
    internal async Task<TakenChunks> TakeAsync(
        TransferDocument document, TransferLines lines, CancellationToken cancellationToken)
    {
        await lines.NextAsync<TransferDocument>(cancellationToken);
        var (texts, vectors) = (new List<Chunk>(), new List<float[]?>());
        while (await lines.NextAsync<TransferChunk>(cancellationToken) is { } chunk)
        {
            if (chunk.Ordinal != texts.Count || texts.Count == MaxChunks)
            {
                throw new TransferException($"The archive is damaged: the chunks of {document.Name} are not in their order.");
            }

            texts.Add(new Chunk(chunk.Ordinal, chunk.Text, chunk.Section, chunk.Page, chunk.TokenCount)
            {
                Place = chunk.Place,
                Lead = chunk.Lead,
            });
            vectors.Add(document.Model == embedder.Model ? Vector(chunk.Vector) : null);
        }

        var stored = await writer.WriteAsync(document.Id, document.Version, document.Name, texts, cancellationToken);
        var known = stored.Zip(vectors).Where(pair => pair.Second is not null)
            .Select(pair => (pair.First.Id, Vector: pair.Second!)).ToList();
        foreach (var batch in known.Chunk(BatchSize))
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await EmbeddingStore.SaveVectorsAsync(
                connection, document.Model!, [.. batch.Select(pair => pair.Id)], [.. batch.Select(pair => pair.Vector)],
                cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return new TakenChunks(stored.Count, known.Count);
    }

    /// <summary>Writes the points into an index that all processes share, as ingestion does before the switch.</summary>
    /// <exception cref="VectorIndexUnavailableException">The index cannot be reached now.</exception>
    internal Task PublishAsync(Document document, CancellationToken cancellationToken) =>
        index.WriteAsync(document, _ => Task.CompletedTask, cancellationToken);

    /// <returns>Null where the vector is none, or of another length than those of this system: it is computed then.</returns>
    private float[]? Vector(byte[]? bytes)
    {
        if (bytes is null || bytes.Length == 0 || bytes.Length % sizeof(float) != 0
            || (embedder.Dimensions is { } dimensions && dimensions != bytes.Length / sizeof(float)))
        {
            return null;
        }

        var vector = new float[bytes.Length / sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        }

        return Array.TrueForAll(vector, float.IsFinite) ? vector : null;
    }
}
