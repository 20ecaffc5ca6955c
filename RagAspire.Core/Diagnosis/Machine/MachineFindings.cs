namespace RagAspire.Diagnosis.Machine;

/// <summary>RAG-D001 to RAG-D019: the machine or container, and this process.</summary>
internal static class MachineFindings
{
    public const string Cpu = "RAG-D001";
    public const string Load = "RAG-D002";
    public const string Memory = "RAG-D003";
    public const string Swap = "RAG-D004";
    public const string Disk = "RAG-D005";
    public const string DataDisk = "RAG-D006";
    public const string IoPressure = "RAG-D007";
    public const string NetworkErrors = "RAG-D008";
    public const string Handles = "RAG-D009";
    public const string Sockets = "RAG-D010";
    public const string ClockSkew = "RAG-D011";
    public const string GarbageCollection = "RAG-D012";
    public const string ThreadPool = "RAG-D013";
    public const string ApiSlow = "RAG-D014";
    public const string ApiSilent = "RAG-D015";
    public const string Throttled = "RAG-D016";
    public const string OutOfMemoryKills = "RAG-D017";
    public const string Inodes = "RAG-D018";

    public static IReadOnlyList<FindingDefinition> All { get; } =
    [
        new(Cpu, "The processors are busy", FindingSeverity.Warning,
            "Requests and ingestion wait for processor time, so everything becomes slower.",
            "More work than processors: a local model, ingestion of many documents, or a foreign process.",
            [
                "Find the busiest process: top, or docker stats.",
                "Lower Jobs:Workers, or move the model to another machine.",
                "Add processors or a replica if the load is wanted.",
            ],
            [Load, ThreadPool, ApiSlow]),
        new(Load, "More tasks want to run than there are processors", FindingSeverity.Warning,
            "Each task waits for its turn, and the slowest requests grow first.",
            "Too many busy processes, or tasks that wait for a slow disk; both count as load.",
            [
                "Compare the pressure of processor and disk: cat /proc/pressure/cpu /proc/pressure/io.",
                "Lower Jobs:Workers, or move work to another machine.",
            ],
            [ApiSlow]),
        new(Memory, "Memory is nearly used up", FindingSeverity.Warning,
            "The system begins to swap or kills a process when the rest is used.",
            "The index in the process, a model, PostgreSQL's buffers or a leak need more than there is.",
            [
                "Find the largest process: ps aux --sort=-rss | head.",
                "See GET /api/v1/operations/memory for a growing service.",
                "Raise the container's limit, add memory, or move the vector index to Qdrant.",
            ],
            [Swap, IoPressure, GarbageCollection, OutOfMemoryKills, ApiSlow]),
        new(Swap, "Memory is swapped to disk", FindingSeverity.Warning,
            "What was swapped answers at the speed of the disk.",
            "The processes need more memory than the machine has.",
            ["Find what was swapped: grep VmSwap /proc/*/status.", "Add memory, or lower the limits of the services."],
            [IoPressure, ApiSlow]),
        new(Disk, "A disk is nearly full", FindingSeverity.Critical,
            "What writes there fails when it is full.",
            "Logs, backups, images or data grew.",
            ["Find the largest directories: du -xh --max-depth=2 on the disk.", "Delete what is not needed, or enlarge the disk."],
            []),
        new(DataDisk, "The disk of the data directory is nearly full", FindingSeverity.Critical,
            "PostgreSQL stops when it cannot write: uploads fail, then everything.",
            "The database, its write-ahead log, or backups grew.",
            [
                "Find the largest part: du -h --max-depth=2 on the data directory.",
                "Run the maintenance tasks cleanup and backup-retention.",
                "Enlarge the disk; GET /api/v1/operations/capacity says how long it will last.",
            ],
            []),
        new(IoPressure, "Tasks wait for the disk", FindingSeverity.Warning,
            "Commits, uploads and index writes are slow, and with them every request that needs the database.",
            "The disk is slower than what is written, such as during a backup or ingestion, or it fails.",
            [
                "Find the writer: iotop, or pidstat -d.",
                "Check the disk: dmesg, smartctl.",
                "Move backups to another disk or another hour.",
            ],
            [Load, ApiSlow]),
        new(NetworkErrors, "A network interface has errors", FindingSeverity.Warning,
            "Lost packets are sent again, which makes single requests much slower.",
            "A bad cable or port, a full receive queue, or a wrong MTU.",
            ["See the counters: ip -s link.", "Compare the MTU of both sides; exchange cable or port."],
            [ApiSlow]),
        new(Handles, "File handles are nearly used up", FindingSeverity.Critical,
            "New connections and files fail with 'too many open files'.",
            "A leak of connections or files, or a limit that is too low.",
            ["Count by kind: ls -l /proc/PID/fd.", "Raise the limit (LimitNOFILE, ulimits), then look for the leak."],
            [ApiSlow, ApiSilent]),
        new(Sockets, "Network sockets are nearly used up", FindingSeverity.Critical,
            "New connections to the stores and from clients fail.",
            "A client that opens a connection for every call, or a server that never closes.",
            ["Count by state and address: ss -tan.", "Reuse connections; enlarge net.ipv4.ip_local_port_range."],
            [ApiSlow, ApiSilent]),
        new(ClockSkew, "The clock is wrong", FindingSeverity.Warning,
            "Leases, schedules, certificates and metrics of different machines contradict each other.",
            "Time synchronisation does not run, or the machine was suspended.",
            ["Check: timedatectl, chronyc tracking.", "Start chronyd or systemd-timesyncd."],
            []),
        new(GarbageCollection, "The garbage collector takes much time", FindingSeverity.Warning,
            "Every request pauses while the memory is collected.",
            "The memory limit is near, or something allocates very much.",
            ["Compare the heap with the limit: GET /api/v1/operations/memory.", "Raise the memory limit, or lower Jobs:Workers."],
            [Cpu, ThreadPool, ApiSlow]),
        new(ThreadPool, "The thread pool is starved", FindingSeverity.Critical,
            "Requests wait for a thread although the processors are idle, also health checks.",
            "Code blocks threads on a slow store or a lock.",
            ["Show the stacks: dotnet-stack report -p PID.", "Look for findings about stores that answer slowly."],
            [ApiSlow, ApiSilent]),
        new(ApiSlow, "The API answers slowly", FindingSeverity.Critical,
            "Users wait, and load balancers may take the API out.",
            "Another finding usually says why; else see the stages in the report.",
            ["See the stages of this report.", "Show the slowest traces in the dashboard."],
            []),
        new(ApiSilent, "The API does not answer", FindingSeverity.Critical,
            "No search, question or upload is answered.",
            "The API is stopped, still starting, or blocked; or its address is wrong.",
            [
                "See whether the process runs, and its last log lines.",
                "Compare Diagnosis:Machine:ApiUrl with the address on which the API listens.",
            ],
            []),
        new(Throttled, "The container's processor limit is reached", FindingSeverity.Warning,
            "The container is paused for part of every tenth of a second, although the machine may be idle.",
            "The processor limit of the container is too low for its load.",
            ["See nr_throttled in cpu.stat of the control group.", "Raise the processor limit, or add a replica."],
            [Cpu, Load, ThreadPool, ApiSlow]),
        new(OutOfMemoryKills, "Processes were killed for lack of memory", FindingSeverity.Critical,
            "What was killed lost its work and starts again.",
            "The memory limit of the container, or the machine's memory, is too low.",
            ["See dmesg for the victim.", "Raise the limit, or lower what the service may use."],
            []),
        new(Inodes, "A disk has nearly no inodes left", FindingSeverity.Critical,
            "New files cannot be created although there is space.",
            "Very many small files, such as sessions, caches or mails.",
            ["Find the directory: find / -xdev -printf '%h\\n' | sort | uniq -c | sort -n | tail.", "Delete the files."],
            []),
    ];
}
