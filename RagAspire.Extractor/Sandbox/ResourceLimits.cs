namespace RagAspire.Extractor.Sandbox;

/// <summary>Limits that the kernel enforces on this process.</summary>
internal static class ResourceLimits
{
    private const int ProcessorTime = 0, FileSize = 1, CoreDump = 4, OpenFiles = 7, AddressSpace = 9;
    private const int SlackSeconds = 5;

    /// <returns>Why the layer does not hold; null when it holds.</returns>
    public static string? Lower()
    {
        // A memory dump would write the document to disk.
        var isSet = Kernel.SetLimit(CoreDump, new ResourceLimit(0, 0)) == 0
            && Kernel.SetLimit(OpenFiles, new ResourceLimit(256, 256)) == 0;
        return isSet ? null : $"limits cannot be set: {Kernel.LastError}";
    }

    /// <summary>Limits the program that is executed next; it writes no files.</summary>
    public static void LimitProgram(ulong memory, ulong processorSeconds)
    {
        _ = Kernel.SetLimit(FileSize, new ResourceLimit(0, 0));
        _ = Kernel.SetLimit(ProcessorTime, new ResourceLimit(processorSeconds, processorSeconds));
        _ = Kernel.SetLimit(AddressSpace, new ResourceLimit(memory, memory));
    }

    /// <summary>
    /// Ends the process when it has used this much more processor time. The parent process enforces the same limit; this
    /// one holds when the parent hangs.
    /// </summary>
    public static void LimitProcessorTime(TimeSpan time)
    {
        if (OperatingSystem.IsLinux() && Kernel.GetLimit(ProcessorTime, out var limit) == 0)
        {
            var seconds = (ulong)Math.Ceiling((Environment.CpuUsage.TotalTime + time).TotalSeconds) + SlackSeconds;
            _ = Kernel.SetLimit(ProcessorTime, limit with { Soft = Math.Min(seconds, limit.Hard) });
        }
    }
}
