using System.Globalization;
using BenchmarkDotNet.Running;
using RagAspire.Benchmarks;
using RagAspire.Benchmarks.Capacity;
using RagAspire.Benchmarks.Chunking;
using RagAspire.Benchmarks.Extraction;
using RagAspire.Benchmarks.Load;
using RagAspire.Benchmarks.Replicas;
using RagAspire.Benchmarks.Scan;
using RagAspire.Benchmarks.Simulation;
using RagAspire.Benchmarks.Soak;
using RagAspire.Benchmarks.Throughput;

var (output, rest, none) = (Console.Out, args.Skip(1).ToArray(), CancellationToken.None);
return args.FirstOrDefault() switch
{
    "quality" => QualityReport.Print(rest, output),
    "retrieval" => await new RetrievalReport(output).PrintAsync(rest, none),
    "chunking" => await new ChunkingReport(output).PrintAsync(rest, none),
    "extraction" => await new ExtractionRate(output).PrintAsync(rest, none),
    "scan" => await new ScanRun(output).PrintAsync(rest, none),
    "load" => await new LoadRun(output).PrintAsync(rest, none),
    FloorServer.Command => await FloorServer.RunAsync(int.Parse(rest[0], CultureInfo.InvariantCulture), rest[1]),
    "metrics-cost" => await new MetricsCost(output).PrintAsync(none),
    "maintenance-load" => await new MaintenanceLoad(output).PrintAsync(rest, none),
    "leak" => new LeakBenchmark(output).Print(rest),
    "uploads" => await new UploadBurst(output).PrintAsync(rest, none),
    "ingestion" => await new IngestionRate(output).PrintAsync(rest, none),
    "fuzz" => await new FuzzRun(output).PrintAsync(rest, none),
    "walk" => await new WalkRun(output).PrintAsync(rest, none),
    "soak" => await new SoakRun(output).PrintAsync(rest, none),
    "healthy" => await new HealthyRun(output).PrintAsync(rest, none),
    "replicas" => await new ReplicaRun(output).PrintAsync(rest, none),
    "simulate" => await new CapacityTable(output).PrintAsync(rest, none),
    "forecast" => new ForecastQuality(output).Print(rest),
    "capacity" => await new ReplicaCapacity(output).PrintAsync(rest, none),
    _ => MicroBenchmarks(args),
};

static int MicroBenchmarks(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(QualityReport).Assembly).Run(args);
    return 0;
}
