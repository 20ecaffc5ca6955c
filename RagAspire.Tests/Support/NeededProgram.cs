namespace RagAspire.Tests.Support;

/// <summary>Programs of the machine that a test needs.</summary>
internal static class NeededProgram
{
    public static bool IsInstalled(string program) => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    public static void OrSkip(string program) =>
        SkipWhere(IsInstalled(program) ? null : $"{program} is not on the PATH.");

    /// <summary>A developer's machine may lack what a test needs; CI, which decides on changes, fails instead.</summary>
    public static void SkipWhere(string? missing)
    {
        Assert.False(missing is not null && Environment.GetEnvironmentVariable("CI") == "true", missing);
        Assert.SkipWhen(missing is not null, missing ?? "");
    }
}
