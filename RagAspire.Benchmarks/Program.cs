using System.Globalization;
using BenchmarkDotNet.Running;
using RagAspire.Benchmarks;
using RagAspire.Benchmarks.Capacity;
using RagAspire.Benchmarks.Chunking;
using RagAspire.Benchmarks.Extraction;
using RagAspire.Benchmarks.Ingestion;
using RagAspire.Benchmarks.Load;
using RagAspire.Benchmarks.Replicas;
using RagAspire.Benchmarks.Scan;
using RagAspire.Benchmarks.Simulation;
using RagAspire.Benchmarks.Soak;
using RagAspire.Benchmarks.Throughput;

var (output, name, rest) = (Console.Out, args.FirstOrDefault(), args.Skip(1).ToArray());
Func<CancellationToken, Task<int>>? run = name switch
{
    "retrieval" => stop => new RetrievalReport(output).PrintAsync(rest, stop),
    "answers" => stop => new AnswersReport(output).PrintAsync(rest, stop),
    "chunking" => stop => new ChunkingReport(output).PrintAsync(rest, stop),
    "extraction" => stop => new ExtractionRate(output).PrintAsync(rest, stop),
    "scan" => stop => new ScanRun(output).PrintAsync(rest, stop),
    "load" => stop => new LoadRun(output).PrintAsync(rest, stop),
    "metrics-cost" => stop => new MetricsCost(output).PrintAsync(stop),
    "maintenance-load" => stop => new MaintenanceLoad(output).PrintAsync(rest, stop),
    "uploads" => stop => new UploadBurst(output).PrintAsync(rest, stop),
    "ingestion" => stop => new IngestionRun(output).PrintAsync(rest, stop),
    "fuzz" => stop => new FuzzRun(output).PrintAsync(rest, stop),
    "walk" => stop => new WalkRun(output).PrintAsync(rest, stop),
    "soak" => stop => new SoakRun(output).PrintAsync(rest, stop),
    "healthy" => stop => new HealthyRun(output).PrintAsync(rest, stop),
    "replicas" => stop => new ReplicaRun(output).PrintAsync(rest, stop),
    "simulate" => stop => new CapacityTable(output).PrintAsync(rest, stop),
    "capacity" => stop => new ReplicaCapacity(output).PrintAsync(rest, stop),
    _ => null,
};
return run is not null ? await StopSignals.RunAsync(run) : name switch
{
    "quality" => QualityReport.Print(rest, output),
    "leak" => new LeakBenchmark(output).Print(rest),
    "forecast" => new ForecastQuality(output).Print(rest),
    FloorServer.Command => await FloorServer.RunAsync(int.Parse(rest[0], CultureInfo.InvariantCulture), rest[1]),
    _ => MicroBenchmarks(args),
};

static int MicroBenchmarks(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(QualityReport).Assembly).Run(args);
    return 0;
}
