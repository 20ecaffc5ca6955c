using System.Text;
using RagAspire.Extractor;

// The pipe carries only messages: output of a parser must not get into it.
var input = Console.OpenStandardInput();
var output = Console.OpenStandardOutput();
Console.SetOut(Console.Error);
Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
await new ExtractorHost(input, output).RunAsync(CancellationToken.None);
