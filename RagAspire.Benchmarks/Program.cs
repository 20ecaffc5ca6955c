using BenchmarkDotNet.Running;
using RagAspire.Benchmarks;
using RagAspire.Benchmarks.Capacity;
using RagAspire.Benchmarks.Load;
using RagAspire.Benchmarks.Replicas;
using RagAspire.Benchmarks.Simulation;
using RagAspire.Benchmarks.Soak;
using RagAspire.TestSupport.Retrieval;

if (args is ["quality", var folder])
{
    QualityReport.Print(BeirTest.Load(folder), Console.Out);
    return 0;
}

if (args is ["retrieval", ..])
{
    return await new RetrievalReport(Console.Out).PrintAsync(args[1..], CancellationToken.None);
}

if (args is ["metrics-cost"])
{
    await new MetricsCost(Console.Out).PrintAsync(CancellationToken.None);
    return 0;
}

if (args is ["maintenance-load", ..])
{
    return await new MaintenanceLoad(Console.Out).PrintAsync(args[1..], CancellationToken.None);
}

if (args is ["leak", "--data", var series])
{
    return new LeakBenchmark(Console.Out).Print(series);
}

if (args is ["leak", ..])
{
    Console.Error.WriteLine("Usage: leak --data <folder with files of lines timestamp,value>");
    return 2;
}

if (args is ["uploads", ..])
{
    return await new UploadBurst(Console.Out).PrintAsync(args[1..], CancellationToken.None);
}

if (args is ["ingestion", ..])
{
    return await new IngestionRate(Console.Out).PrintAsync(args[1..], CancellationToken.None);
}

if (args is ["fuzz", ..])
{
    return await new FuzzRun(Console.Out).PrintAsync(args[1..], CancellationToken.None);
}

if (args is ["walk", ..])
{
    return await new WalkRun(Console.Out).PrintAsync(args[1..], CancellationToken.None);
}

if (args is ["soak", ..])
{
    return await new SoakRun(Console.Out).PrintAsync(args[1..], CancellationToken.None);
}

if (args is ["healthy", ..])
{
    return await new HealthyRun(Console.Out).PrintAsync(args[1..], CancellationToken.None);
}

if (args is ["replicas", ..])
{
    return await new ReplicaRun(Console.Out).PrintAsync(args[1..], CancellationToken.None);
}

if (args is ["simulate", ..])
{
    return await new CapacityTable(Console.Out).PrintAsync(args[1..], CancellationToken.None);
}

if (args is ["forecast", ..])
{
    return new ForecastQuality(Console.Out).Print(args[1..]);
}

if (args is ["capacity", ..])
{
    return await new ReplicaCapacity(Console.Out).PrintAsync(args[1..], CancellationToken.None);
}

if (args is ["quality", ..])
{
    Console.Error.WriteLine("Usage: quality <folder with corpus.jsonl, queries.jsonl and qrels.tsv>");
    return 2;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
