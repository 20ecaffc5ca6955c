namespace RagAspire.AppHost;

/// <summary>
/// Reads arguments as .NET's configuration does (<c>--name value</c>, <c>--name=value</c>, <c>/name value</c>,
/// <c>name=value</c>), but refuses those that no part of the AppHost knows: configuration ignores a misspelt one in silence.
/// </summary>
internal static class CommandLineArguments
{
    // Aspire's builder, its pipeline commands, and the host below it.
    private static readonly HashSet<string> AspireNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "operation", "publisher", "step", "list-steps", "output-path", "log-level", "include-exception-details", "clear-cache",
        "deploy", "yes", "dcp-cli-path", "dcp-container-runtime", "dcp-dependency-check-timeout", "dcp-dashboard-path",
        "environment", "contentRoot", "applicationName", "urls",
    };

    /// <param name="arguments">As the process got them.</param>
    /// <param name="known">The own arguments, with their two dashes.</param>
    /// <returns>The own arguments with their values, in order.</returns>
    /// <exception cref="AppHostException">An argument is unknown, or an own one has no value.</exception>
    public static IEnumerable<(string Name, string Value)> Read(IReadOnlyList<string> arguments, IReadOnlyCollection<string> known)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var (prefix, name, value) = Split(arguments[i]);
            var own = $"--{name}";
            var isOwn = prefix.Length > 0 && known.Contains(own);
            if (!isOwn && !IsForConfiguration(prefix, name, value))
            {
                throw new AppHostException($"Unknown argument {arguments[i]}.\n\n{AppHostOptions.Usage}");
            }

            if (value is null && i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                value = arguments[++i];
            }

            if (isOwn)
            {
                yield return (own, value ?? throw new AppHostException($"{own} needs a value."));
            }
        }
    }

    private static (string Prefix, string Name, string? Value) Split(string argument)
    {
        var prefix = argument.StartsWith("--", StringComparison.Ordinal) ? "--" : argument.StartsWith('/') ? "/" : "";
        var rest = argument[prefix.Length..];
        var equals = rest.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (prefix, rest, null) : (prefix, rest[..equals], rest[(equals + 1)..]);
    }

    private static bool IsForConfiguration(string prefix, string name, string? value) =>
        (prefix.Length > 0 && AspireNames.Contains(name))
        || (name.IndexOf(':', StringComparison.Ordinal) > 0 && (prefix.Length > 0 || value is not null));
}
