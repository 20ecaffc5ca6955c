using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using RagAspire.Answers.Sessions;
using RagAspire.Usage;
using RagAspire.Usage.Budgets;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Answers.Generation;

/// <summary>
/// What is searched for a question that continues a session: the model's wording of it that needs no other question, or where
/// there is no model, or none of use, the question together with those before it.
/// </summary>
public sealed partial class QuestionRewriter(AnswerModel model, IOptions<AnswerOptions> options)
{
    private const int MaxTokens = 100;
    private const int MaxCharacters = 400;

    /// <param name="history">Earlier turns, oldest first.</param>
    /// <exception cref="BudgetExceededException">The budget of the key is spent.</exception>
    public async Task<string> SearchTextAsync(
        string question, IReadOnlyList<SessionTurn> history, UsageContext usage, CancellationToken cancellationToken)
    {
        var byRule = FollowUp.SearchText(question, history);
        if (byRule == question || model.Name is null || options.Value.RewriteTimeout == TimeSpan.Zero)
        {
            return byRule;
        }

        using var activity = AnswerTelemetry.Source.StartActivity("rewrite");
        using var admission = await model.AdmitAsync(usage.KeyId, cancellationToken);
        return await RewriteAsync(question, history, usage, cancellationToken) is { } rewritten
            ? Completed(rewritten, question) : byRule;
    }

    /// <returns>Null when the model gives no question in time.</returns>
    private async Task<string?> RewriteAsync(
        string question, IReadOnlyList<SessionTurn> history, UsageContext usage, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.RewriteTimeout);
        var said = new AnswerStream(sourceCount: 0);
        try
        {
            var messages = Prompt.Rewriting(question, history, options.Value);
            await foreach (var piece in model.StreamAsync(messages, model.Begin(usage), MaxTokens, patience.Token))
            {
                said.Push(piece);
            }
        }
        catch (ModelUnavailableException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        said.Finish();
        return said.IsNoAnswer || Prompt.IsRepeatedBy(said.Text) ? null : Question(said.Text);
    }

    /// <summary>The first line, without quotation marks; null when that is no question that can be searched for.</summary>
    private static string? Question(string text)
    {
        var line = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault()?
            .Trim('"', '“', '”', '„', '«', '»', ' ');
        return line is { Length: > 0 and <= MaxCharacters } ? line : null;
    }

    /// <summary>A number or code that the model left out is added again: that is what is searched for.</summary>
    private static string Completed(string rewritten, string question) =>
        Code().Matches(question).All(code => rewritten.Contains(code.Value, StringComparison.OrdinalIgnoreCase))
            ? rewritten : $"{rewritten} {question}";

    [GeneratedRegex(@"[\p{L}\p{N}._/-]*\p{N}[\p{L}\p{N}]*")]
    private static partial Regex Code();
}
