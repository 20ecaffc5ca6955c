namespace RagAspire.Extractor.Sandbox;

/// <summary>
/// Takes all rights on files from the calling thread and the program that it executes, except to read what the runtime
/// needs. Where the kernel can, also TCP, signals and abstract sockets.
/// </summary>
internal static class Landlock
{
    private const ulong Execute = 1 << 0, ReadFile = 1 << 2, ReadDirectory = 1 << 3;
    private const int OnlyPath = 0x200000;

    // The bits that each version of the interface has added to those of the first.
    private const ulong FirstFileRights = (1UL << 13) - 1;
    private const ulong Refer = 1 << 13, Truncate = 1 << 14, DeviceControl = 1 << 15;
    private const ulong TcpBind = 1, TcpConnect = 2, AbstractSockets = 1, Signals = 2;

    /// <returns>Why the layer does not hold; null when it holds.</returns>
    public static string? Restrict(RuntimeFiles files)
    {
        var version = Kernel.Call(CallNumbers.LandlockCreate, 0, 0, 1);
        if (version < 1)
        {
            return $"the kernel has no landlock: {Kernel.LastError}";
        }

        var rights = RightsOf(version);
        var ruleset = Kernel.CreateRuleset(CallNumbers.LandlockCreate, rights, 24, 0);
        if (ruleset < 0)
        {
            return $"landlock refuses a ruleset: {Kernel.LastError}";
        }

        foreach (var path in files.Executable)
        {
            Grant(ruleset, path, Execute | ReadFile);
        }

        foreach (var path in files.Readable)
        {
            Grant(ruleset, path, Directory.Exists(path) ? ReadFile | ReadDirectory : ReadFile);
        }

        var reason = Kernel.Call(CallNumbers.LandlockRestrict, ruleset, 0, 0) == 0
            ? null
            : $"landlock does not restrict: {Kernel.LastError}";
        _ = Kernel.Close((int)ruleset);
        return reason;
    }

    private static LandlockRights RightsOf(nint version)
    {
        var files = FirstFileRights
            | (version >= 2 ? Refer : 0) | (version >= 3 ? Truncate : 0) | (version >= 5 ? DeviceControl : 0);
        return new LandlockRights(files, version >= 4 ? TcpBind | TcpConnect : 0, version >= 6 ? AbstractSockets | Signals : 0);
    }

    // A path that is missing or refused is not readable later either.
    private static void Grant(nint ruleset, string path, ulong granted)
    {
        var descriptor = Kernel.Open(path, OnlyPath);
        if (descriptor >= 0)
        {
            _ = Kernel.AddRule(CallNumbers.LandlockAdd, ruleset, 1, new LandlockPath(granted, descriptor), 0);
            _ = Kernel.Close(descriptor);
        }
    }
}
