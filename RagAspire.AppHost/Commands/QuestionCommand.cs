using System.Globalization;
using RagAspire.Client;

namespace RagAspire.AppHost.Commands;

/// <summary>The command that asks a question.</summary>
internal static class QuestionCommand
{
    public static IResourceBuilder<ProjectResource> WithQuestionCommand(
        this IResourceBuilder<ProjectResource> api, ApiAccess access) =>
        api.WithApiCommand(
            ("ask", "Ask a question"),
            access,
            AskAsync,
            new CommandOptions
            {
                Description = "Answers a question from the documents of one collection, with citations.",
                IconName = "ChatBubblesQuestion",
                IsHighlighted = true,
                Arguments =
                [
                    new InteractionInput
                    {
                        Name = "question", Label = "Question", InputType = InputType.Text, Required = true, MaxLength = 4000,
                        Placeholder = "How long are monthly backups kept?",
                    },
                    new InteractionInput
                    {
                        Name = "collection", Label = "Collection", InputType = InputType.Text, Placeholder = "default",
                    },
                ],
                Progress = new CommandProgressOptions { Title = "Ask a question", Message = "The answer is being written." },
            });

    private static async Task<ExecuteCommandResult> AskAsync(ApiClient client, ExecuteCommandContext context)
    {
        var question = context.Arguments.GetString("question")!;
        var collection = context.Arguments.GetString("collection") is { Length: > 0 } chosen ? chosen : null;
        var answer = await client.PostAsync<Answer>("answers", new AnswerRequest(question, collection), context.CancellationToken);
        var citations = answer.Citations.DistinctBy(citation => (citation.Number, citation.Quote)).Select(citation =>
            $"**[{citation.Number}]** {Markdown.Text(citation.DocumentName)}"
            + (citation.Page is { } page ? string.Create(CultureInfo.InvariantCulture, $", page {page}") : "")
            + $"\n\n> {Markdown.Text(citation.Quote)}");
        var source = answer.Kind switch
        {
            AnswerKind.Generated => $"Written by {Markdown.Text(answer.Model ?? "a model")}",
            AnswerKind.Extractive => "Sentences of the documents",
            _ => "No answer in the documents",
        };
        var took = string.Create(CultureInfo.InvariantCulture, $"{answer.TookMs:0} ms");
        return CommandResults.Success(
            answer.Kind == AnswerKind.None
                ? "The documents do not answer the question."
                : $"Answered from {answer.Citations.Count} citations.",
            Markdown.Join(
                $"### {Markdown.Text(question)}",
                Markdown.Text(answer.Text),
                string.Join("\n\n", citations),
                $"*{source}, {took}{(answer.Cached ? ", cached" : "")}.*",
                Markdown.Text(answer.Degraded ?? "")),
            CommandResultFormat.Markdown,
            displayImmediately: true);
    }
}
