using System.Xml;
using System.Xml.Linq;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>A part of an Office file, and the parts it refers to.</summary>
internal abstract class OfficePart
{
    private IReadOnlyList<OfficeRelation>? _relations;

    /// <returns>Null when the part is missing.</returns>
    public abstract Stream? Open();

    /// <summary>The part with this relationship id.</summary>
    public OfficePart? Related(string? id) => id is null ? null : Relations.FirstOrDefault(relation => relation.Id == id)?.Target;

    /// <summary>The related parts of a type, such as "styles".</summary>
    public IEnumerable<OfficePart> RelatedFor(string purpose) => Relations
        .Where(relation => relation.Type.EndsWith("/" + purpose, StringComparison.OrdinalIgnoreCase))
        .Select(relation => relation.Target);

    /// <summary>The whole part as a tree, for optional parts; null when it is missing or damaged.</summary>
    public XElement? TryLoad()
    {
        try
        {
            return SafeXml.Load(Open());
        }
        catch (XmlException)
        {
            return null;
        }
    }

    protected abstract IEnumerable<OfficeRelation> ReadRelations();

    private IReadOnlyList<OfficeRelation> Relations => _relations ??= [.. ReadRelations()];
}

/// <summary>A reference from one part to another.</summary>
/// <param name="Type">A URI that ends in the type of the other part.</param>
internal sealed record OfficeRelation(string Id, string Type, OfficePart Target);
