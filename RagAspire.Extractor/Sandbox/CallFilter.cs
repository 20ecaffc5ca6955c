using System.Runtime.InteropServices;

namespace RagAspire.Extractor.Sandbox;

/// <summary>
/// Filters of system calls (seccomp). A refused call returns an error, so that the runtime and the parsers go on as on a
/// machine without that feature.
/// </summary>
internal static class CallFilter
{
    private const int SetFilter = 1;
    private const uint AllThreads = 1;
    private const uint NotPermitted = 1, NoSuchCall = 38;

    private const uint ThreadOfThisProcess = 0x10000;
    private const uint NewNamespaces = 0x7e020000;
    private const uint Writing = 0x3 | 0x40 | 0x200;

    /// <summary>Installed before the start of the program, for which one more execve is left.</summary>
    /// <returns>Why the layer does not hold; null when it holds.</returns>
    public static string? RefuseDangerous() => CallNumbers.Running is { } calls
        ? Install(calls, Dangerous(calls, (uint)Environment.ProcessId), flags: 0)
        : Unknown;

    /// <summary>Installed by the started program, for all of its threads.</summary>
    /// <returns>Why the layer does not hold; null when it holds.</returns>
    public static string? RefusePrograms() => CallNumbers.Running is { } calls
        ? Install(calls, Programs(calls), AllThreads)
        : Unknown;

    private static string Unknown =>
        $"the numbers of system calls on {RuntimeInformation.ProcessArchitecture} are not known";

    private static FilterBuilder Programs(CallNumbers calls) => new FilterBuilder(calls)
        .Refuse(calls.Execute, NotPermitted)
        .Refuse(calls.ExecuteAt, NotPermitted);

    private static FilterBuilder Dangerous(CallNumbers calls, uint processId)
    {
        var filter = new FilterBuilder(calls);
        foreach (var number in RefusedCalls.For(calls))
        {
            filter.Refuse(number, NotPermitted);
        }

        // The C library falls back to calls whose arguments a filter can see.
        filter.Refuse(CallNumbers.Clone3, NoSuchCall).Refuse(CallNumbers.OpenAt2, NoSuchCall);
        filter.RefuseUnlessAll(calls.StartTask, argument: 0, ThreadOfThisProcess)
            .RefuseIfAny(calls.StartTask, argument: 0, NewNamespaces);
        filter.RefuseUnlessEqual(calls.Kill, processId).RefuseUnlessEqual(calls.ThreadKill, processId);
        filter.RefuseUnlessEqual(calls.ResourceLimit, 0, processId);
        filter.RefuseIfAny(calls.OpenAt, argument: 2, Writing);
        if (calls.Open is { } open)
        {
            filter.RefuseIfAny(open, argument: 1, Writing);
        }

        return filter;
    }

    private static string? Install(CallNumbers calls, FilterBuilder filter, uint flags)
    {
        var instructions = filter.Build();
        var pinned = GC.AllocateArray<ulong>(instructions.Length, pinned: true);
        instructions.CopyTo(pinned, 0);
        var program = new FilterProgram(
            (ushort)pinned.Length, Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0));
        var result = Kernel.InstallFilter(calls.Seccomp, SetFilter, (nint)flags, program);
        GC.KeepAlive(pinned);
        return result switch
        {
            0 => null,
            < 0 => $"the kernel refuses a filter of system calls: {Kernel.LastError}",
            _ => "a thread of the process has another filter of system calls",
        };
    }
}
