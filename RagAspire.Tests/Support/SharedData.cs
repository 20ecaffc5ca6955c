namespace RagAspire.Tests.Support;

/// <summary>Real documents and test collections that lie beside the repository, where they do.</summary>
internal static class SharedData
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(BuildOutput.RepositoryRoot, "..", "shared", "data"));

    /// <summary>A path below the data; the test is skipped where the data is not there.</summary>
    public static string Locate(params string[] parts)
    {
        Assert.SkipUnless(Directory.Exists(Root), "The shared test data is not beside the repository.");
        return Path.Combine([Root, .. parts]);
    }
}
