using System.ClientModel;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace RagAspire.Models;

/// <summary>A chat model behind OpenAI's protocol: without options of Ollama, and with failures of an HTTP client.</summary>
internal sealed class OpenAiChatClient(OpenAiServer server, IChatClient inner) : DelegatingChatClient(inner)
{
    private const string Temperature = "temperature";
    private const string Seed = "seed";
    private const string Length = "max_completion_tokens";

    /// <summary>Parameters that this model has refused. Reasoning models refuse a temperature, some servers a seed.</summary>
    private readonly ConcurrentDictionary<string, bool> _refused = [];

    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var updates = await BeginAsync([.. messages], options, cancellationToken);
        await using var _ = updates.Stream;
        for (var has = updates.HasFirst; has; has = await NextAsync(updates.Stream))
        {
            yield return updates.Stream.Current;
        }
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType == typeof(OpenAiServer) ? server : base.GetService(serviceType, serviceKey);

    /// <summary>Begins the answer; once more without a parameter that the server refuses.</summary>
    private async Task<(IAsyncEnumerator<ChatResponseUpdate> Stream, bool HasFirst)> BeginAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        while (true)
        {
            var stream = base.GetStreamingResponseAsync(messages, Fitting(options), cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            try
            {
                return (stream, await stream.MoveNextAsync());
            }
            catch (ClientResultException refusal) when (
                OpenAiFailure.RefusedParameter(refusal) is Temperature or Seed or Length
                && _refused.TryAdd(OpenAiFailure.RefusedParameter(refusal)!, true))
            {
                await stream.DisposeAsync();
            }
            catch (Exception failure)
            {
                await stream.DisposeAsync();
                if (OpenAiFailure.Translates(failure))
                {
                    throw OpenAiFailure.Translate(failure);
                }

                throw;
            }
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> stream)
    {
        try
        {
            return await stream.MoveNextAsync();
        }
        catch (Exception failure) when (OpenAiFailure.Translates(failure))
        {
            throw OpenAiFailure.Translate(failure);
        }
    }

    private ChatOptions Fitting(ChatOptions? options)
    {
        var fitting = options?.Clone() ?? new ChatOptions();

        // The window belongs to Ollama, and models without reasoning refuse a request that names it.
        fitting.AdditionalProperties = null;
        fitting.Reasoning = null;
        fitting.Temperature = _refused.ContainsKey(Temperature) ? null : fitting.Temperature;
        fitting.Seed = _refused.ContainsKey(Seed) ? null : fitting.Seed;
        fitting.MaxOutputTokens = _refused.ContainsKey(Length) ? null : fitting.MaxOutputTokens;
        return fitting;
    }
}
