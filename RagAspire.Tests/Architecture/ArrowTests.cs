using System.Xml.Linq;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace RagAspire.Tests.Architecture;

/// <summary>
/// Holds the arrows between projects, folders of the core and their sub-folders, as the compiled types have them. An arrow
/// that is allowed but not there fails too, so that the tables below are the architecture and not a wish.
/// </summary>
public sealed class ArrowTests
{
    private static readonly ArchUnitNET.Domain.Architecture Core =
        new ArchLoader().LoadAssemblies(typeof(RagCore).Assembly).Build();

    /// <summary>A source file of another project is a reference, too.</summary>
    [Fact]
    public void Projects_reference_only_the_projects_they_may()
    {
        var references = Directory.GetDirectories(BuildOutput.RepositoryRoot, "RagAspire.*")
            .Select(folder => Path.Combine(folder, $"{Path.GetFileName(folder)}.csproj"))
            .Where(File.Exists)
            .SelectMany(project => XDocument.Load(project).Descendants()
                .Where(item => item.Name.LocalName is "ProjectReference" or "Compile")
                .Select(item => item.Attribute("Include")?.Value.Replace('\\', '/'))
                .Where(path => path?.StartsWith("../RagAspire.", StringComparison.Ordinal) == true)
                .Select(path => (Project(project), path!.Split('/')[1]["RagAspire.".Length..])));

        Assert.Equal(Arrows.Projects, Table(references));
    }

    [Fact]
    public void Folders_of_the_core_use_only_the_folders_they_may() => Assert.Equal(Arrows.Folders, Table(Used(1)));

    [Fact]
    public void Sub_folders_of_the_core_use_each_other_only_as_they_may() => Assert.Equal(
        Arrows.SubFolders,
        Table(Used(2).Where(arrow => Parent(arrow.From) == Parent(arrow.To))));

    /// <summary>One line for each origin: <c>Search -> Database, Vectors</c>.</summary>
    private static string Table(IEnumerable<(string From, string To)> arrows) => string.Join('\n', arrows
        .GroupBy(arrow => arrow.From, arrow => arrow.To)
        .OrderBy(origin => origin.Key, StringComparer.Ordinal)
        .Select(origin => $"{origin.Key} -> {string.Join(", ", origin.Distinct().Order(StringComparer.Ordinal))}"));

    private static string Project(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))["RagAspire.".Length..];

    private static string Parent(string folder) => folder.Split('.')[0];

    /// <summary>Arrows between namespaces below <c>RagAspire</c>, cut to some depth.</summary>
    private static HashSet<(string From, string To)> Used(int depth)
    {
        var arrows = new HashSet<(string, string)>();
        foreach (var type in Core.Types)
        {
            // The loader attributes a type parameter to the first generic method that has one of this name.
            var targets = type.Dependencies.Select(dependency => dependency.Target)
                .Where(target => target is not GenericParameter);
            foreach (var target in targets)
            {
                if (Folder(type, depth) is { } from && Folder(target, depth) is { } to && from != to)
                {
                    arrows.Add((from, to));
                }
            }
        }

        return arrows;
    }

    private static string? Folder(IType type, int depth)
    {
        var parts = type.Namespace?.FullName.Split('.') ?? [];
        return parts is ["RagAspire", not "Extraction", ..]
            ? string.Join('.', parts.Skip(1).Take(depth))
            : null;
    }
}
