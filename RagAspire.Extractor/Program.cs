using System.Text;
using RagAspire.Extractor;

// The pipe carries messages only: whatever a parser prints must not get in between.
var input = Console.OpenStandardInput();
var output = Console.OpenStandardOutput();
Console.SetOut(Console.Error);
Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
await new ExtractorHost(input, output).RunAsync(CancellationToken.None);
