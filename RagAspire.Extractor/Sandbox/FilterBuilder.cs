namespace RagAspire.Extractor.Sandbox;

/// <summary>
/// Writes a filter of system calls for the kernel's virtual machine (classic BPF). Each rule starts and ends with the number
/// of the call in the accumulator.
/// </summary>
internal sealed class FilterBuilder
{
    private const ushort Load = 0x20, JumpIfEqual = 0x15, JumpIfAtLeast = 0x35, JumpIfAny = 0x45, Return = 0x06;
    private const uint Allow = 0x7fff0000, Error = 0x00050000, KillProcess = 0x80000000;
    private const uint NumberOffset = 0, ArchitectureOffset = 4, ArgumentsOffset = 16;
    private const uint NotPermitted = 1;

    // The x32 interface has different call numbers on the same architecture.
    private const uint X32 = 0x40000000;

    private readonly List<ulong> _instructions = [];

    public FilterBuilder(CallNumbers calls)
    {
        Add(Load, ArchitectureOffset);
        Add(JumpIfEqual, calls.Audit, ifTrue: 1);
        Add(Return, KillProcess);
        Add(Load, NumberOffset);
        if (calls.IsX64)
        {
            Add(JumpIfAtLeast, X32, ifFalse: 1);
            Add(Return, KillProcess);
        }
    }

    public FilterBuilder Refuse(uint call, uint error)
    {
        Add(JumpIfEqual, call, ifFalse: 1);
        Add(Return, Error | error);
        return this;
    }

    /// <summary>Refuses the call when its argument has one of these bits.</summary>
    public FilterBuilder RefuseIfAny(uint call, uint argument, uint bits)
    {
        Add(JumpIfEqual, call, ifFalse: 4);
        LoadArgument(argument);
        Add(JumpIfAny, bits, ifFalse: 1);
        Add(Return, Error | NotPermitted);
        Add(Load, NumberOffset);
        return this;
    }

    /// <summary>Refuses the call when its argument lacks this bit.</summary>
    public FilterBuilder RefuseUnlessAll(uint call, uint argument, uint bit)
    {
        Add(JumpIfEqual, call, ifFalse: 4);
        LoadArgument(argument);
        Add(JumpIfAny, bit, ifTrue: 1);
        Add(Return, Error | NotPermitted);
        Add(Load, NumberOffset);
        return this;
    }

    /// <summary>Refuses the call when its first argument is neither of these.</summary>
    public FilterBuilder RefuseUnlessEqual(uint call, uint value, uint? other = null)
    {
        Add(JumpIfEqual, call, ifFalse: 5);
        LoadArgument(0);
        Add(JumpIfEqual, value, ifTrue: 2);
        Add(JumpIfEqual, other ?? value, ifTrue: 1);
        Add(Return, Error | NotPermitted);
        Add(Load, NumberOffset);
        return this;
    }

    public ulong[] Build() => [.. _instructions, Instruction(Return, Allow, 0, 0)];

    // The lower half of an argument: both architectures are little-endian, and flags and process ids are 32 bits wide.
    private void LoadArgument(uint index) => Add(Load, ArgumentsOffset + (8 * index));

    private void Add(ushort code, uint value, byte ifTrue = 0, byte ifFalse = 0) =>
        _instructions.Add(Instruction(code, value, ifTrue, ifFalse));

    private static ulong Instruction(ushort code, uint value, byte ifTrue, byte ifFalse) =>
        code | ((ulong)ifTrue << 16) | ((ulong)ifFalse << 24) | ((ulong)value << 32);
}
