namespace RagAspire.Embedded.Processes;

/// <summary><c>setsid</c>, which starts a program outside our terminal's reach; every Linux has it, others do not.</summary>
internal static class Session
{
    public static string? Program { get; } =
        new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);
}
