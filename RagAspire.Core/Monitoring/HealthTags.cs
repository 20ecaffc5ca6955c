namespace RagAspire.Monitoring;

/// <summary>What the health endpoints sort checks by.</summary>
public static class HealthTags
{
    /// <summary>Shown in <c>/health</c>, and a series of <c>rag_component_up</c>.</summary>
    public const string Component = "component";

    /// <summary>Without it nothing can be served: <c>/ready</c> depends on it.</summary>
    public const string Required = "required";

    /// <summary>The description of a component that is deliberately not there.</summary>
    public const string NotConfigured = "not configured";
}
