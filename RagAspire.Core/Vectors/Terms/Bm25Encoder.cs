using System.Buffers;

namespace RagAspire.Vectors.Terms;

/// <summary>Turns text, of a chunk or of a query, into the term counts that BM25 needs. Safe to use from many threads.</summary>
public sealed class Bm25Encoder(TextAnalyzer analyzer)
{
    /// <summary>Counts the terms of a text. A text without any term gives <see cref="TermVector.Empty"/>.</summary>
    public TermVector Encode(string text)
    {
        var hashes = ArrayPool<uint>.Shared.Rent(Math.Max(16, text.Length / 6));
        try
        {
            var count = 0;
            analyzer.Analyze(text, term =>
            {
                if (count == hashes.Length)
                {
                    hashes = Grow(hashes);
                }

                hashes[count++] = Hash(term);
            });
            return Count(hashes.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<uint>.Shared.Return(hashes);
        }
    }

    /// <summary>The 32-bit hash by which a term is stored; the same in every process and for ever.</summary>
    /// <remarks>FNV-1a over UTF-16 units in 64 bits, folded by a finalizer: short terms spread over all 32 bits.</remarks>
    public static uint Hash(ReadOnlySpan<char> term)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in term)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        hash ^= hash >> 33;
        hash *= 0xFF51AFD7ED558CCDUL;
        return (uint)(hash >> 32);
    }

    private static uint[] Grow(uint[] full)
    {
        var larger = ArrayPool<uint>.Shared.Rent(full.Length * 2);
        full.CopyTo(larger.AsSpan());
        ArrayPool<uint>.Shared.Return(full);
        return larger;
    }

    private static TermVector Count(Span<uint> hashes)
    {
        if (hashes.IsEmpty)
        {
            return TermVector.Empty;
        }

        hashes.Sort();
        var distinct = 1;
        for (var i = 1; i < hashes.Length; i++)
        {
            distinct += hashes[i] == hashes[i - 1] ? 0 : 1;
        }

        var indices = new uint[distinct];
        var values = new float[distinct];
        var at = -1;
        for (var i = 0; i < hashes.Length; i++)
        {
            if (i == 0 || hashes[i] != hashes[i - 1])
            {
                indices[++at] = hashes[i];
            }

            values[at]++;
        }

        return new TermVector(indices, values);
    }
}
