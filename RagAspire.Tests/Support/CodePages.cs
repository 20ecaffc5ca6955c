using System.Runtime.CompilerServices;
using System.Text;

namespace RagAspire.Tests.Support;

/// <summary>
/// The encodings beyond Unicode, which the extractor's process registers at its start; here for every test, whichever runs first.
/// </summary>
internal static class CodePages
{
    [ModuleInitializer]
    internal static void Register() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
}
