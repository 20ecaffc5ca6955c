using System.Runtime.InteropServices;

namespace RagAspire.Extractor.Sandbox;

/// <summary>Calls of the C library and the kernel that .NET does not offer. Only on Linux.</summary>
internal static partial class Kernel
{
    /// <summary>The reason of the last failed call.</summary>
    public static string LastError => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int ProcessControl(int option, nuint value, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Call(nint number, nint first, nint second, nint third);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint CreateRuleset(nint number, in LandlockRights rights, nint size, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint AddRule(nint number, nint ruleset, nint type, in LandlockPath path, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint InstallFilter(nint number, nint operation, nint flags, in FilterProgram program);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    public static partial int SetGroups(nint count, nint groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    public static partial int SetGroup(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    public static partial int SetUser(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    public static partial int SetLimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, out ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, string?[] arguments, string?[] environment);
}

/// <summary>The rights that a landlock ruleset takes away unless a rule grants them.</summary>
internal readonly record struct LandlockRights(ulong Files, ulong Network, ulong Scopes);

/// <summary>A landlock rule: what is granted below an open file or directory.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct LandlockPath(ulong Granted, int Descriptor);

/// <summary>A filter in the form that the kernel takes: a count and an address.</summary>
internal readonly record struct FilterProgram(ushort Count, nint Instructions);

internal readonly record struct ResourceLimit(ulong Soft, ulong Hard);
