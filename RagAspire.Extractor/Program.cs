using System.Text;
using RagAspire.Extractor;
using RagAspire.Extractor.Sandbox;

var layers = SandboxStart.Run(args);

// The pipe carries only messages: output of a parser must not get into it.
var input = Console.OpenStandardInput();
var output = Console.OpenStandardOutput();
Console.SetOut(Console.Error);
Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
await new ExtractorHost(input, output).RunAsync(layers, CancellationToken.None);
