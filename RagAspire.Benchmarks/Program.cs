using BenchmarkDotNet.Running;
using RagAspire.Benchmarks;
using RagAspire.Benchmarks.Load;
using RagAspire.TestSupport.Retrieval;

if (args is ["quality", var folder])
{
    QualityReport.Print(BeirTest.Load(folder), Console.Out);
    return 0;
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

if (args is ["quality", ..])
{
    Console.Error.WriteLine("Usage: quality <folder with corpus.jsonl, queries.jsonl and qrels.tsv>");
    return 2;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
