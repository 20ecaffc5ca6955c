using System.ComponentModel.DataAnnotations;

namespace RagAspire.Diagnosis.Machine;

/// <summary>Above which values the machine, or the container, is in trouble; section <c>Diagnosis:Machine</c>.</summary>
public sealed class MachineOptions
{
    public const string Section = "Diagnosis:Machine";

    /// <summary>The folder that holds <c>proc</c> and <c>sys</c>.</summary>
    [Required]
    public string Root { get; set; } = "/";

    /// <summary>How long counters are watched.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:03")]
    public TimeSpan Sample { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Processor time, of the container's limit or of the machine.</summary>
    [Range(1, 100)]
    public double CpuPercent { get; set; } = 80;

    /// <summary>Load average of one minute for each processor.</summary>
    [Range(0.1, 100)]
    public double LoadPerCpu { get; set; } = 1;

    /// <summary>
    /// How much of the last minute some task waited for a processor or a disk, where the kernel tells, for a load to count. Many
    /// short tasks make a load above the processors, of which none waits long.
    /// </summary>
    [Range(0, 100)]
    public double LoadPressurePercent { get; set; } = 50;

    /// <summary>Periods in which the container's processor limit was reached.</summary>
    [Range(1, 100)]
    public double ThrottledPercent { get; set; } = 25;

    [Range(1, 100)]
    public double MemoryPercent { get; set; } = 85;

    [Range(1, 100)]
    public double SwapPercent { get; set; } = 50;

    /// <summary>Used space, and used inodes.</summary>
    [Range(1, 100)]
    public double DiskPercent { get; set; } = 90;

    /// <summary>Time in which some task waited for a disk.</summary>
    [Range(1, 100)]
    public double IoPressurePercent { get; set; } = 60;

    [Range(0.01, 1e6)]
    public double NetworkErrorsPerSecond { get; set; } = 1;

    /// <summary>TCP segments that are sent again, where more than a hundred are sent in a sample.</summary>
    [Range(0.1, 100)]
    public double RetransmittedPercent { get; set; } = 5;

    [Range(1, 100)]
    public double HandlePercent { get; set; } = 80;

    [Range(1, 100)]
    public double SocketPercent { get; set; } = 80;

    /// <summary>The difference to the clock of a store.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Time in which this process was paused for garbage collection.</summary>
    [Range(1, 100)]
    public double GcPercent { get; set; } = 20;

    /// <summary>How long a task waits for a thread.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ThreadPoolDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Work items that wait for a thread of another process for two minutes.</summary>
    [Range(1, 1e6)]
    public double ThreadPoolQueue { get; set; } = 50;

    /// <summary>How long the API may take for <c>/alive</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ResponseTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Where the API listens, as this process reaches it. The API knows its own address without this.</summary>
    public Uri ApiUrl { get; set; } = new("http://localhost:8000");

    /// <summary>The data directory, which may be on another disk; <c>RAGASPIRE_DATA</c> unless set.</summary>
    public string? DataDirectory { get; set; }
}
