using System.Text.Json;
using RagAspire.Escape;
using RagAspire.Extractor.Sandbox;

var layers = SandboxStart.Run(args);
var target = JsonSerializer.Deserialize<Target>(Console.ReadLine()!)!;
foreach (var layer in layers)
{
    Console.WriteLine($"layer {layer.Name}: {layer.Missing ?? "holds"}");
}

foreach (var (name, attempt) in Attempts.Of(target))
{
    Console.WriteLine($"{name}: {Attempts.Result(attempt)}");
}
