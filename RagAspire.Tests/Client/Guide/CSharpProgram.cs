using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace RagAspire.Tests.Client.Guide;

/// <summary>A C# program of one file, compiled with implicit usings and the assemblies of this test run.</summary>
internal static class CSharpProgram
{
    private static readonly string[] ImplicitUsings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
    ];

    /// <returns>The assembly, for <c>dotnet</c>.</returns>
    public static string Compile(string code, string directory)
    {
        var usings = string.Concat(ImplicitUsings.Select(name => $"global using {name};"));
        var assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "Example",
            [CSharpSyntaxTree.ParseText(SourceText.From(usings)), CSharpSyntaxTree.ParseText(SourceText.From(code))],
            assemblies.Select(assembly => MetadataReference.CreateFromFile(assembly)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

        var program = Path.Combine(directory, "Example.dll");
        var result = compilation.Emit(program);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        Assert.DoesNotContain(result.Diagnostics, diagnostic => diagnostic.Severity == DiagnosticSeverity.Warning);
        File.WriteAllText(Path.ChangeExtension(program, "runtimeconfig.json"), $$"""
            {
              "runtimeOptions": {
                "framework": { "name": "Microsoft.AspNetCore.App", "version": "{{Environment.Version.Major}}.0.0" },
                "configProperties": { "APP_PATHS": {{System.Text.Json.JsonSerializer.Serialize(AppContext.BaseDirectory)}} }
              }
            }
            """);
        return program;
    }
}
