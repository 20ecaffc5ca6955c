using System.Runtime.InteropServices;

namespace RagAspire.Extractor.Sandbox;

/// <summary>The numbers of system calls on one architecture.</summary>
/// <param name="Audit">The name of the architecture in a filter's data (AUDIT_ARCH_…).</param>
/// <param name="Column">Its column in the table of <see cref="RefusedCalls"/>.</param>
/// <param name="Open">Null where only openat exists.</param>
internal sealed record CallNumbers(
    uint Audit, int Column, uint? Open, uint OpenAt, uint StartTask, uint Kill, uint ThreadKill, uint ResourceLimit,
    uint Execute, uint ExecuteAt, int Seccomp)
{
    /// <summary>The same on all architectures since Linux 5.0.</summary>
    public const uint Clone3 = 435, CloseRange = 436, OpenAt2 = 437;

    public const int LandlockCreate = 444, LandlockAdd = 445, LandlockRestrict = 446;

    private static readonly CallNumbers X64 = new(0xc000003e, 1, 2, 257, 56, 62, 234, 302, 59, 322, 317);
    private static readonly CallNumbers Arm64 = new(0xc00000b7, 2, null, 56, 220, 129, 131, 261, 221, 281, 277);

    /// <summary>Null for an architecture whose numbers are not known here.</summary>
    public static CallNumbers? Running => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => X64,
        Architecture.Arm64 => Arm64,
        _ => null,
    };

    public bool IsX64 => Column == 1;
}
