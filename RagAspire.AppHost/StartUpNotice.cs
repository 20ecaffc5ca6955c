namespace RagAspire.AppHost;

/// <summary>What a run starts, printed before anything of it has started.</summary>
internal sealed record StartUpNotice(ChosenMode Chosen, AppHostOptions Options)
{
    /// <param name="resources">Those of the run. Parameters, servers elsewhere and what starts only by a command are not named.</param>
    public string Render(IEnumerable<IResource> resources)
    {
        var mode = Chosen.Mode == RunMode.Embedded ? "embedded" : "containers";
        var parts = string.Join(", ", resources.Where(IsStarted).Select(resource => resource.Name));
        var dashboard = Options.Dashboard ? " and the Aspire dashboard" : "";
        var data = Chosen.Mode == RunMode.Embedded
            ? $"The data is in {Options.DataDirectory}."
            : $"The stores' data is in volumes of the container runtime, keys and backups are in {Options.DataDirectory}.";
        return $"\nRagAspire starts in {mode} mode, because {Chosen.Reason}: {parts}{dashboard}. {data}\n";
    }

    private static bool IsStarted(IResource resource) =>
        resource is ProjectResource or ExecutableResource or ContainerResource or EmbeddedStores.EmbeddedStoreResource
        && !resource.HasAnnotationOfType<ExplicitStartupAnnotation>();
}
