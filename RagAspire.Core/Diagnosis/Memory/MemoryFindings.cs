namespace RagAspire.Diagnosis.Memory;

/// <summary>What can be wrong with the memory of a service.</summary>
internal static class MemoryFindings
{
    public const string WorkingSet = "RAG-D140";
    public const string Managed = "RAG-D141";
    public const string Native = "RAG-D142";
    public const string LargeObjects = "RAG-D143";
    public const string Handles = "RAG-D144";
    public const string Threads = "RAG-D145";
    public const string LimitNear = "RAG-D146";

    private const string Nothing = "None yet. If the growth goes on, the process reaches its limit and is ended.";

    public static IReadOnlyList<FindingDefinition> All { get; } =
    [
        new(
            WorkingSet,
            "The memory of a process keeps growing",
            FindingSeverity.Warning,
            Nothing,
            "Memory is held that is no longer needed. The findings of the heap, of native memory and of handles say which kind.",
            ["Look at the other parts of the process in the memory report.",
                "Restart the process at a quiet hour to gain time; nothing is lost."],
            [LimitNear]),
        new(
            Managed,
            "The managed heap keeps growing after full collections",
            FindingSeverity.Warning,
            Nothing,
            "Objects stay reachable: a cache without a limit, an event handler that is never removed, a timer.",
            ["Compare the numbers of objects of two heap dumps an hour apart.",
                "Restart the process at a quiet hour to gain time; nothing is lost."],
            [WorkingSet, LargeObjects, LimitNear]),
        new(
            Native,
            "Memory outside the managed heap keeps growing",
            FindingSeverity.Warning,
            Nothing,
            "A native library or an undisposed handle holds memory: streams, images, TLS sessions, buffers of a driver.",
            ["Check whether handles or threads grow as well.",
                "Restart the process at a quiet hour to gain time; nothing is lost."],
            [WorkingSet, LimitNear]),
        new(
            LargeObjects,
            "The large object heap keeps growing",
            FindingSeverity.Warning,
            Nothing,
            "Arrays and strings above 85 kB are kept, or leave gaps that no later one fits into.",
            ["Look for large arrays in a heap dump.", "Rent buffers instead of allocating them."],
            [WorkingSet, LimitNear]),
        new(
            Handles,
            "Open files and sockets keep growing",
            FindingSeverity.Warning,
            "None yet. At the limit of open files no connection and no file can be opened.",
            "Files, sockets or connections are not closed.",
            ["List the open files of the process by target.",
                "Restart the process at a quiet hour to gain time; nothing is lost."],
            [Native]),
        new(
            Threads,
            "Threads keep growing",
            FindingSeverity.Warning,
            "Each thread takes memory, and blocked ones delay requests.",
            "Threads block on synchronous waits, so the pool adds more; or threads are started and never end.",
            ["Look at the queue of the thread pool.", "Take the stacks of the threads."],
            [Native]),
        new(
            LimitNear,
            "A process reaches its memory limit within a day",
            FindingSeverity.Critical,
            "At the limit the process is ended, and its requests fail.",
            "Its memory keeps growing.",
            ["Restart the process before that time.", "Give it more memory, when the growth is documents."],
            []),
    ];
}
