namespace RagAspire.Extractor.Sandbox;

/// <summary>Gives up the rights of the administrator: the process becomes nobody, in no group.</summary>
internal static class UnprivilegedUser
{
    private const uint Root = 0, Nobody = 65534, Unchanged = uint.MaxValue;

    /// <param name="needed">Files that nobody must be able to read, because the program is started from them.</param>
    /// <returns>Why the layer does not hold; null when it holds.</returns>
    public static string? Become(IEnumerable<string> needed)
    {
        if (Kernel.EffectiveUser() != Root)
        {
            return null;
        }

        if (needed.FirstOrDefault(path => !MayRead(path)) is { } path)
        {
            return $"the user nobody cannot read {path}";
        }

        return Kernel.SetGroups(0, 0) == 0
            && Kernel.SetGroup(Nobody, Nobody, Nobody) == 0
            && Kernel.SetUser(Nobody, Nobody, Nobody) == 0
            ? null
            : $"the process cannot change its user: {Kernel.LastError}";
    }

    private static bool MayRead(string path)
    {
        if (Kernel.SetUser(Unchanged, Nobody, Unchanged) != 0)
        {
            return false;
        }

        var descriptor = Kernel.Open(path, 0);
        _ = Kernel.SetUser(Unchanged, Root, Unchanged);
        if (descriptor >= 0)
        {
            _ = Kernel.Close(descriptor);
        }

        return descriptor >= 0;
    }
}
