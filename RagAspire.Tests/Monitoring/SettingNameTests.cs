using System.Reflection;
using System.Text.RegularExpressions;
using RagAspire.Api.Security;
using RagAspire.Web.Security;

namespace RagAspire.Tests.Monitoring;

/// <summary>Settings that documents and runbooks name exist in the options classes.</summary>
public sealed partial class SettingNameTests
{
    // The schedule reads these itself; the keys below the first are names of tasks.
    private static readonly string[] OfSchedule = ["Maintenance:Schedule", "Maintenance:TimeZone"];

    private static readonly ILookup<string, Type> Sections = new[] { typeof(RagCore), typeof(LimitOptions), typeof(WebOptions) }
        .SelectMany(type => type.Assembly.GetTypes())
        .Select(type => (Type: type, Section: SectionOf(type)))
        .Where(pair => pair.Section is not null)
        .ToLookup(pair => pair.Section!, pair => pair.Type);

    public static TheoryData<string> Documents =>
    [
        .. new[] { "docs", "docs/diagnostics", "runbooks" }.SelectMany(folder => Directory.GetFiles(MonitoringFiles.PathOf(folder), "*.md"))
            .Select(file => Path.GetRelativePath(MonitoringFiles.PathOf(), file)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Settings_of_a_document_exist(string document) => Assert.All(Names(document), name =>
    {
        var (section, key) = (name[..name.LastIndexOf(':')], name[(name.LastIndexOf(':') + 1)..]);
        var exists = Sections.Contains(name) || Sections[section].Any(type => type.GetProperty(key) is not null);
        Assert.True(exists, $"{document} names {name}");
    });

    [Fact]
    public void Documents_name_settings_of_several_sections() =>
        Assert.True(Documents.SelectMany(row => Names(row.Data)).Select(name => name.Split(':')[0]).Distinct().Count() > 5);

    private static string? SectionOf(Type type) =>
        type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string;

    private static IEnumerable<string> Names(string document) => Setting().Matches(MonitoringFiles.Text(document))
        .Select(match => match.Value.Replace("__", ":", StringComparison.Ordinal))
        .Where(name => Sections.Any(section => name.StartsWith($"{section.Key}:", StringComparison.Ordinal))
            && !OfSchedule.Any(name.StartsWith));

    [GeneratedRegex(@"(?<=`|\n|export )[A-Z][A-Za-z0-9]*(?:(?:__|:)[A-Z][A-Za-z0-9]*)+(?=`|=)")]
    private static partial Regex Setting();
}
