namespace RagAspire.Extractor.Formats.Office;

/// <summary>A part of an invalid package: the file of that name in the zip file, with the relationships of its list.</summary>
internal sealed class LoosePart(ZipContainer zip, string name) : OfficePart
{
    public override Stream? Open() => zip.Open(name);

    protected override IEnumerable<OfficeRelation> ReadRelations() => Relations(zip, name);

    /// <param name="name">Empty for the relationships of the package itself.</param>
    public static IEnumerable<OfficeRelation> Relations(ZipContainer zip, string name)
    {
        var slash = name.LastIndexOf('/') + 1;
        var list = new LoosePart(zip, $"{name[..slash]}_rels/{name[slash..]}.rels").TryLoad();
        foreach (var relation in list.Children("Relationship"))
        {
            if (relation.Value("Target") is { Length: > 0 } target && relation.Value("TargetMode") != "External")
            {
                yield return new OfficeRelation(
                    relation.Value("Id") ?? string.Empty,
                    relation.Value("Type") ?? string.Empty,
                    new LoosePart(zip, Resolve(name[..slash], target)));
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
