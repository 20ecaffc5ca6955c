using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace RagAspire.Web.Components;

/// <summary>
/// The languages of the pages: English, and each that <c>Texts.resx</c> is translated to, such as by <c>Texts.de.resx</c>. The
/// browser says which one, or the cookie <c>.AspNetCore.Culture</c>.
/// </summary>
internal static class Languages
{
    private const string Default = "en";

    public static WebApplicationBuilder AddLanguages(this WebApplicationBuilder builder)
    {
        builder.Services.AddLocalization();
        builder.Services.Configure<RequestLocalizationOptions>(options =>
        {
            // Numbers, dates and addresses are the same in all languages; only the texts differ.
            options.DefaultRequestCulture = new RequestCulture(CultureInfo.InvariantCulture, CultureInfo.GetCultureInfo(Default));
            options.SupportedCultures = [CultureInfo.InvariantCulture];
            options.SupportedUICultures = [.. Translated().Prepend(Default).Select(CultureInfo.GetCultureInfo)];
        });
        return builder;
    }

    private static IEnumerable<string> Translated() => Directory.EnumerateDirectories(AppContext.BaseDirectory)
        .Where(folder => File.Exists(Path.Combine(folder, $"{typeof(Texts).Assembly.GetName().Name}.resources.dll")))
        .Select(folder => Path.GetFileName(folder));
}
