using System.Net;
using System.Text;

namespace RagAspire.TestSupport.Walks;

/// <summary>How a call of a walk was answered.</summary>
/// <param name="IsCut">Whether it broke off, as a stream does whose database is too busy; the text is what had come.</param>
internal sealed record WalkAnswer(HttpStatusCode Status, string Text, bool IsCut)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Whether a call by MCP was refused or has failed, which its status does not say.</summary>
    public bool IsFailedTool =>
        Text.Contains("\"isError\":true", StringComparison.Ordinal) || Text.Contains("\"error\":{", StringComparison.Ordinal);

    /// <returns>The first id that it gives for a member of its objects; null for none.</returns>
    public string? Id(string member)
    {
        var start = $"\"{member}\":\"";
        var at = Text.IndexOf(start, StringComparison.Ordinal);
        return at < 0 ? null : Text.Substring(at + start.Length, $"{Guid.Empty}".Length);
    }

    public static async Task<WalkAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var bytes = new MemoryStream();
        var isCut = false;
        try
        {
            await response.Content.CopyToAsync(bytes, patience.Token);
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException)
        {
            isCut = true;
        }

        return new WalkAnswer(response.StatusCode, Encoding.UTF8.GetString(bytes.ToArray()), isCut);
    }
}
