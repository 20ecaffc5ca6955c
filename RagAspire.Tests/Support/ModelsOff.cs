using System.Runtime.CompilerServices;

namespace RagAspire.Tests.Support;

/// <summary>
/// Programs that tests start have no embedding model unless they ask for one: loading one in each of many processes would
/// cost more than the tests.
/// </summary>
internal static class ModelsOff
{
    [ModuleInitializer]
    internal static void SetVariable() => Environment.SetEnvironmentVariable("Embeddings__Embedded", "off");
}
