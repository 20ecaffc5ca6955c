using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RagAspire.Tests.Diagnosis.Memory;

/// <summary>This program, started again as a child that leaks.</summary>
internal static class LeakingProcess
{
    private const string Variable = "RAGASPIRE_TEST_LEAK";
    private const int Step = 500_000;

    private static readonly List<byte[]> Kept = [];

    /// <param name="kind">managed, native, or sawtooth, which leaks nothing.</param>
    /// <param name="host">The program that runs it; its name is that of the process.</param>
    public static BackgroundProgram Start(string kind, string host = "dotnet") => BackgroundProgram.Start(
        host, ["exec", typeof(LeakingProcess).Assembly.Location], [new(Variable, kind), new("DOTNET_gcServer", "0")]);

#pragma warning disable CA2255 // A module initializer is the only place of a test program that runs before its runner.
    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } kind)
        {
            return;
        }

        // A service has some memory before it leaks.
        Kept.Add(GC.AllocateUninitializedArray<byte>(100_000_000, pinned: true));
        Array.Fill(Kept[0], (byte)1);
        Console.WriteLine("ready");
        for (var round = 1; ; round++)
        {
            Leak(kind, round);
            Thread.Sleep(20);
        }
    }
#pragma warning restore CA2255

    private static void Leak(string kind, int round)
    {
        switch (kind)
        {
            case "native":
                Marshal.Copy(Kept[0], 0, Marshal.AllocHGlobal(Step), Step);
                break;
            case "managed":
                Kept.Add(new byte[Step]);
                Array.Fill(Kept[^1], (byte)1);
                break;
            default:
                // Garbage for a third of a second, then none of it.
                Kept.Add(new byte[Step]);
                Array.Fill(Kept[^1], (byte)1);
                if (round % 16 == 0)
                {
                    Kept.RemoveRange(1, Kept.Count - 1);
                    GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                }

                break;
        }
    }
}
