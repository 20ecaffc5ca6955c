using System.Xml.Linq;

namespace RagAspire.Extractor;

/// <summary>
/// Finds elements and attributes by their local names, because the same formats use several namespaces.
/// </summary>
internal static class XmlNames
{
    public static string LocalName(this XElement element) => element.Name.LocalName;

    public static XElement? Child(this XElement? element, string name)
    {
        foreach (var child in element?.Elements() ?? [])
        {
            if (child.Name.LocalName == name)
            {
                return child;
            }
        }

        return null;
    }

    public static IEnumerable<XElement> Children(this XElement? element, string name) =>
        (element?.Elements() ?? []).Where(child => child.Name.LocalName == name);

    public static IEnumerable<XElement> Inside(this XElement? element, string name) =>
        (element?.Descendants() ?? []).Where(child => child.Name.LocalName == name);

    /// <summary>The attribute of this name, preferably without a namespace.</summary>
    public static string? Value(this XElement? element, string name)
    {
        string? found = null;
        foreach (var attribute in element?.Attributes() ?? [])
        {
            if (attribute.Name.LocalName == name)
            {
                if (attribute.Name.NamespaceName.Length == 0)
                {
                    return attribute.Value;
                }

                found ??= attribute.Value;
            }
        }

        return found;
    }

    /// <summary>The id of the relationship of an element, such as r:id or r:embed.</summary>
    public static string? RelationshipId(this XElement? element, string name = "id")
    {
        foreach (var attribute in element?.Attributes() ?? [])
        {
            if (attribute.Name.LocalName == name
                && attribute.Name.NamespaceName.EndsWith("/relationships", StringComparison.Ordinal))
            {
                return attribute.Value;
            }
        }

        return null;
    }
}
