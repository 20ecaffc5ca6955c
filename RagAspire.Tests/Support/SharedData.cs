namespace RagAspire.Tests.Support;

/// <summary>
/// Documents and retrieval tests: a small sample in the repository, and larger public collections where the folder
/// <c>shared/data</c> exists beside the repository.
/// </summary>
internal static class SharedData
{
    /// <summary>The first part of a path below the sample.</summary>
    public const string Sample = "sample/";

    private static readonly string SampleRoot = Path.Combine(BuildOutput.RepositoryRoot, "RagAspire.TestSupport", "Data");

    private static readonly string LargeRoot = Path.GetFullPath(Path.Combine(BuildOutput.RepositoryRoot, "..", "shared", "data"));

    /// <summary>Whether the larger collections exist.</summary>
    public static bool HasLarge { get; } = Directory.Exists(LargeRoot);

    /// <summary>The full path of a file or folder; of the sample when it begins with <c>sample/</c>.</summary>
    public static string Locate(string path) => path.StartsWith(Sample, StringComparison.Ordinal)
        ? Path.Combine(SampleRoot, path[Sample.Length..])
        : Path.Combine(LargeRoot, path);
}
