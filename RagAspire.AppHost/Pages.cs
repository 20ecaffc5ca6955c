namespace RagAspire.AppHost;

/// <summary>Links of a resource in the dashboard.</summary>
internal static class Pages
{
    /// <summary>Names the link of an endpoint and lets it lead to a page.</summary>
    public static IResourceBuilder<T> WithPage<T>(this IResourceBuilder<T> resource, string endpoint, string path, string name)
        where T : IResourceWithEndpoints =>
        resource.WithUrlForEndpoint(endpoint, url => (url.Url, url.DisplayText) = (path, name));

    /// <summary>Adds a link to another page of an endpoint.</summary>
    public static IResourceBuilder<T> WithExtraPage<T>(
        this IResourceBuilder<T> resource, string endpoint, string path, string name)
        where T : IResourceWithEndpoints =>
        resource.WithUrlForEndpoint(endpoint, _ => new ResourceUrlAnnotation { Url = path, DisplayText = name });
}
