namespace RagAspire.Monitoring;

/// <summary>Tags by which the health endpoints select checks.</summary>
public static class HealthTags
{
    /// <summary>Shown in <c>/health</c>, and a series of <c>rag_component_up</c>.</summary>
    public const string Component = "component";

    /// <summary>The service cannot serve without it; <c>/ready</c> fails.</summary>
    public const string Required = "required";

    /// <summary>The description of a component that is not configured.</summary>
    public const string NotConfigured = "not configured";
}
