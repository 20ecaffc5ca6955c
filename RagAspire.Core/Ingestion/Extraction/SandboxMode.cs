namespace RagAspire.Ingestion.Extraction;

/// <summary>Whether the extractor process has to be locked in.</summary>
public enum SandboxMode
{
    /// <summary>As far as this machine can; what is missing is reported.</summary>
    Preferred,

    /// <summary>No document is read unless every layer holds.</summary>
    Required,

    /// <summary>The process keeps the rights of the worker.</summary>
    Off,
}

/// <summary>The setting requires a sandbox that this machine does not offer. The document waits.</summary>
public sealed class SandboxUnavailableException(string missing) : Exception(
    $"Documents are not read because Extraction:Sandbox is 'required' and the sandbox is incomplete: {missing}.");
