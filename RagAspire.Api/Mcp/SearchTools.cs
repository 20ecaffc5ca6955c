using System.ComponentModel;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using ModelContextProtocol.Server;
using RagAspire.Answers;
using RagAspire.Answers.Sessions;
using RagAspire.Metadata;
using RagAspire.Search;
using RagAspire.Security;

namespace RagAspire.Api.Mcp;

/// <summary>Searching and asking.</summary>
[McpServerToolType]
internal sealed class SearchTools(SearchService search, AnswerService answers, SearchSessions sessions)
{
    [McpServerTool(Name = "search", Title = "Search passages", ReadOnly = true, OpenWorld = false, UseStructuredContent = true)]
    [Description("Finds the passages of the documents of one collection that fit a query best, with page and section.")]
    [Authorize(Policy = Scopes.Read)]
    public Task<SearchResult> SearchAsync(
        ClaimsPrincipal user,
        [Description("Words, or a question.")] string query,
        [Description("The collection; 'default' when absent.")] string? collection = null,
        [Description("How many passages, 1 to 100.")] int limit = 10,
        [Description("hybrid, text or vector.")] string mode = "hybrid",
        [Description("What the documents must fulfil.")] FilterNode? filter = null,
        CancellationToken cancellationToken = default)
    {
        var address = Checked.Valid(new SearchAddress(query, collection, mode, null, null, limit));
        var caller = Caller.Of(user);
        sessions.Searched(caller.Id);
        return search.SearchAsync(SearchApi.Query(address, caller) with { Filter = Filters.Read(filter) }, cancellationToken);
    }

    [McpServerTool(Name = "ask", Title = "Ask a question", ReadOnly = true, OpenWorld = false, UseStructuredContent = true)]
    [Description("Answers a question from the documents of one collection, with citations; says so when they hold no answer.")]
    [Authorize(Policy = Scopes.Read)]
    public async Task<Answer> AskAsync(
        ClaimsPrincipal user,
        [Description("The question.")] string question,
        [Description("The collection; 'default' when absent.")] string? collection = null,
        [Description("The sessionId of an earlier answer, to continue its session.")] Guid? sessionId = null,
        [Description("From how many passages the answer is written, 1 to 20.")] int limit = 8,
        [Description("What the documents must fulfil.")] FilterNode? filter = null,
        CancellationToken cancellationToken = default)
    {
        var asked = Checked.Valid(new AnswerRequest(question, collection, limit, sessionId, filter)).ToQuestion(Caller.Of(user));
        return (await answers.AskAsync(asked, cancellationToken).OfType<DoneEvent>().SingleAsync(cancellationToken)).Answer;
    }
}
