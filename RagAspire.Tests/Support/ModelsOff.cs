using System.Runtime.CompilerServices;

namespace RagAspire.Tests.Support;

/// <summary>
/// Programs that tests start have no embedding model unless they ask for one: loading one in each of many processes would
/// cost more than the tests. One that they ask for has more time for a question than by default: a busy machine is no model that
/// hangs.
/// </summary>
internal static class ModelsOff
{
    [ModuleInitializer]
    internal static void SetVariables()
    {
        Environment.SetEnvironmentVariable("Embeddings__Embedded", "off");
        Environment.SetEnvironmentVariable("Embeddings__QueryTimeout", "00:00:10");
    }
}
