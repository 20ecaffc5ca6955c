namespace RagAspire.Extraction.Messages;

/// <summary>The arguments of the extractor program.</summary>
public static class ExtractorArguments
{
    /// <summary>Lock the process in before it reads a file.</summary>
    public const string Sandbox = "--sandbox";

    /// <summary>
    /// Become another program inside the sandbox: bytes of memory, seconds of processor time, the program, its arguments.
    /// </summary>
    public const string Program = "--sandbox-program";
}
