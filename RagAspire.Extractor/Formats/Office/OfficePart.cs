using System.Xml;
using System.Xml.Linq;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>A part of an Office file: the file of that name in the zip file, with the relationships of its list.</summary>
internal sealed class OfficePart(ZipContainer zip, string name)
{
    private Dictionary<string, OfficePart>? _targets;
    private IReadOnlyList<OfficeRelation>? _relations;

    private IReadOnlyList<OfficeRelation> Relations => _relations ??= [.. RelationsOf(zip, name)];

    public string FileName => name[(name.LastIndexOf('/') + 1)..];

    /// <summary>All bytes; empty when the part is missing.</summary>
    public byte[] ReadAll() => zip.ReadAll(name) ?? [];

    /// <returns>Null when the part is missing.</returns>
    public Stream? Open() => zip.Open(name);

    /// <summary>Opens the part to search it before it is read.</summary>
    public Stream? OpenAhead() => zip.Open(name, isAhead: true);

    /// <summary>The part with this relationship id.</summary>
    public OfficePart? Related(string? id)
    {
        _targets ??= Relations.DistinctBy(relation => relation.Id)
            .ToDictionary(relation => relation.Id, relation => relation.Target);
        return id is null ? null : _targets.GetValueOrDefault(id);
    }

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

    /// <param name="name">Empty for the relationships of the package itself.</param>
    public static IEnumerable<OfficeRelation> RelationsOf(ZipContainer zip, string name)
    {
        var slash = name.LastIndexOf('/') + 1;
        var list = new OfficePart(zip, $"{name[..slash]}_rels/{name[slash..]}.rels").TryLoad();
        foreach (var relation in list.Children("Relationship"))
        {
            if (relation.Value("Target") is { Length: > 0 } target && relation.Value("TargetMode") != "External")
            {
                yield return new OfficeRelation(
                    relation.Value("Id") ?? string.Empty,
                    relation.Value("Type") ?? string.Empty,
                    new OfficePart(zip, Resolve(name[..slash], target)));
            }
        }
    }

    private static string Resolve(string folder, string target)
    {
        var parts = new List<string>();
        var path = target.StartsWith('/') ? target : folder + target;
        foreach (var part in path.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("." or ".."))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}

/// <summary>A reference from one part to another.</summary>
/// <param name="Type">A URI that ends in the type of the other part.</param>
internal sealed record OfficeRelation(string Id, string Type, OfficePart Target);
