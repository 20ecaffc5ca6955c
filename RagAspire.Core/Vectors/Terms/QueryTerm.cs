using System.Text.Json.Serialization;

namespace RagAspire.Vectors.Terms;

/// <summary>What a term of a query is to the word that it comes from.</summary>
[JsonConverter(typeof(EnumWordConverter<TermKind>))]
public enum TermKind
{
    /// <summary>The word, without an English ending.</summary>
    Word,

    /// <summary>Another spelling, such as a code without its signs.</summary>
    Variant,

    /// <summary>The word without its ending in another language.</summary>
    Stem,

    /// <summary>A part of a compound, or the word as a part of one.</summary>
    Part,
}

/// <summary>A term by which a query ranks chunks.</summary>
/// <param name="Hash">By which it is stored; see <see cref="Bm25Encoder.Hash"/>.</param>
/// <param name="Weight">How much it counts in the query.</param>
public sealed record QueryTerm(string Text, TermKind Kind, uint Hash, float Weight);
