using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Models;

namespace Microsoft.Extensions.Hosting;

/// <summary>Recognises errors of the configuration, and describes each in one sentence that names the setting.</summary>
public static partial class ConfigurationErrors
{
    /// <summary>One sentence a line, or null when the exception has another cause.</summary>
    public static string? Describe(Exception exception) => exception switch
    {
        OptionsValidationException invalid =>
            string.Join('\n', invalid.Failures.Select(failure => Describe(invalid.OptionsType, failure))),
        AggregateException several when several.InnerExceptions.Select(Describe).ToList() is var all && !all.Contains(null) =>
            string.Join('\n', all),
        ScheduleException schedule => schedule.Message,
        ModelConnectionException model => model.Message,

        // The binder's message names the value and the path of the setting.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } conversion => conversion.Message,
        _ => null,
    };

    private static string Describe(Type options, string failure)
    {
        var field = options.GetField("Section", BindingFlags.Public | BindingFlags.Static);
        var section = field?.GetValue(null) as string ?? options.Name;
        if (Annotation().Match(failure) is not { Success: true } annotation)
        {
            return $"{section}: {failure}";
        }

        var setting = $"{section}:{annotation.Groups["member"].Value}";
        var variable = setting.Replace(":", "__", StringComparison.Ordinal);
        return $"The setting {setting} ({variable}) is invalid: {annotation.Groups["error"].Value}";
    }

    // The text that data annotations get as a failure of options.
    [GeneratedRegex(@"members: '(?<member>[^']+)' with the error: '(?<error>.*)'\.$", RegexOptions.Singleline)]
    private static partial Regex Annotation();
}
