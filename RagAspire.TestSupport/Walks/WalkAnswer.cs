using System.Net;

namespace RagAspire.TestSupport.Walks;

/// <summary>How a call of a walk was answered.</summary>
internal sealed record WalkAnswer(HttpStatusCode Status, string Text)
{
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
}
