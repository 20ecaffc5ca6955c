using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace RagAspire.Web.Security;

/// <summary>
/// A page that leads on by itself, where a redirect would not do: a browser sends no strict cookie along a redirect that another
/// site began, and follows none of a form to another site under the policy of the pages.
/// </summary>
internal static class Onward
{
    public static ContentHttpResult To(string address)
    {
        var target = HtmlEncoder.Default.Encode(address);
        return TypedResults.Content(
            $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>RagAspire</title><link rel="icon" href="/favicon.svg">
            <meta http-equiv="refresh" content="0;url={target}"></head>
            <body><a href="{target}">RagAspire</a></body></html>
            """,
            "text/html");
    }

    /// <summary>An address of this host; the first page for any other. A second slash or a backslash would leave it.</summary>
    public static string Local(string? address) =>
        address is ['/', not ('/' or '\\'), ..] && !address.Any(char.IsControl) ? address : "/";
}
