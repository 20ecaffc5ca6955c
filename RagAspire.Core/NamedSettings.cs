using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace RagAspire;

/// <summary>
/// Settings of several things of one kind, by their names. The framework's binder of dictionaries leaves out a thing with a
/// value that it cannot convert, without an error.
/// </summary>
internal static class NamedSettings
{
    private const BindingFlags Properties = BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase;

    /// <param name="section">Its children are the things.</param>
    /// <typeparam name="TOptions">The options that they are part of.</typeparam>
    /// <typeparam name="T">The settings of one thing.</typeparam>
    /// <exception cref="OptionsValidationException">There is no such setting.</exception>
    /// <exception cref="InvalidOperationException">A value cannot be converted; the message names its setting.</exception>
    public static void Bind<TOptions, T>(IConfigurationSection section, IDictionary<string, T> into)
        where T : class, new()
    {
        foreach (var child in section.GetChildren())
        {
            if (child.Value is not null)
            {
                throw Unknown<TOptions>(child);
            }

            foreach (var setting in child.GetChildren())
            {
                if (typeof(T).GetProperty(setting.Key, Properties) is null)
                {
                    throw Unknown<TOptions>(setting);
                }
            }

            var one = new T();
            child.Bind(one);
            into[child.Key] = one;
        }
    }

    private static OptionsValidationException Unknown<TOptions>(IConfigurationSection setting) =>
        new("", typeof(TOptions), [$"There is no setting {setting.Path}."]);
}
