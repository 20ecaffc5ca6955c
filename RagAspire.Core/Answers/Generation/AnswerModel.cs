using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using RagAspire.Usage;
using RagAspire.Usage.Budgets;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Answers.Generation;

/// <summary>The language model, with time limits and a circuit breaker.</summary>
public sealed partial class AnswerModel
{
    /// <summary>More than any token has. A model that ignores its token limit is stopped at this many times the limit.</summary>
    private const int CharactersPerToken = 20;

    /// <summary>Pieces that are buffered before a slow reader slows the model down.</summary>
    private const int Backlog = 256;

    private readonly IChatClient? _chat;
    private readonly AnswerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<AnswerModel> _logger;
    private readonly ResiliencePipeline _circuit;
    private readonly ModelMeter _meter;

    public AnswerModel(
        IOptions<AnswerOptions> options,
        TimeProvider clock,
        ILogger<AnswerModel> logger,
        ModelMeter meter,
        IChatClient? chat = null)
    {
        _meter = meter;
        _chat = chat;
        _options = options.Value;
        _clock = clock;
        _logger = logger;
        _circuit = ModelCircuit.Build(_options.BreakAfterFailures, _options.BreakDuration, clock);
        Name = chat is null
            ? null
            : (chat.GetService(typeof(ChatClientMetadata)) as ChatClientMetadata)?.DefaultModelId ?? "unknown";
    }

    /// <summary>The model's name; null where none is configured, and then answers are extractive.</summary>
    public string? Name { get; }

    /// <summary>Admits one call, and holds the cost of the longest answer until the result is disposed.</summary>
    /// <exception cref="BudgetExceededException">The budget of the key is spent.</exception>
    internal ValueTask<IDisposable> AdmitAsync(string keyId, CancellationToken cancellationToken) => _meter.AdmitAsync(
        keyId, ConfiguredName, new ModelTokens(_options.SourceTokens, _options.MaxOutputTokens, 0), cancellationToken);

    internal ModelProgress Begin(UsageContext usage) => new(ConfiguredName, usage, _clock);

    private string ConfiguredName => Name ?? throw new InvalidOperationException("No model is configured.");

    /// <summary>Streams an answer. When reading stops, the call of the model does too.</summary>
    /// <exception cref="ModelUnavailableException">
    /// The model failed, was too slow, or the circuit is open; part of the text may have been returned before.
    /// </exception>
    internal IAsyncEnumerable<string> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ModelProgress progress, CancellationToken cancellationToken) =>
        StreamAsync(messages, progress, _options.MaxOutputTokens, cancellationToken);

    /// <summary>Streams text of at most so many tokens.</summary>
    /// <inheritdoc cref="StreamAsync(IReadOnlyList{ChatMessage}, ModelProgress, CancellationToken)"/>
    internal async IAsyncEnumerable<string> StreamAsync(
        IReadOnlyList<ChatMessage> messages,
        ModelProgress progress,
        int maxTokens,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pieces = Channel.CreateBounded<string>(Backlog);
        var reading = ReadCountedAsync(messages, progress, maxTokens, pieces.Writer, stop.Token);
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(cancellationToken))
            {
                yield return piece;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    private async Task ReadCountedAsync(
        IReadOnlyList<ChatMessage> messages,
        ModelProgress progress,
        int maxTokens,
        ChannelWriter<string> pieces,
        CancellationToken cancellationToken)
    {
        await ReadGuardedAsync(messages, progress, maxTokens, pieces, cancellationToken);

        // A call that failed before the first word did no work that a server bills.
        if (progress.FirstToken is not null
            || progress.Outcome is ModelOutcome.Completed or ModelOutcome.Cancelled or ModelOutcome.Timeout)
        {
            _meter.Count(progress.Usage, ConfiguredName, TokensOf(progress, messages));
        }
    }

    /// <summary>What the server reported, and a guess for what it did not, as for a call that was broken off.</summary>
    private static ModelTokens TokensOf(ModelProgress progress, IReadOnlyList<ChatMessage> messages)
    {
        // Clients read a number that is missing as 0.
        var (hasInput, hasOutput) = (progress.InputTokens > 0, progress.OutputTokens > 0);
        var input = hasInput ? progress.InputTokens!.Value : TokenGuess.Of(messages.Select(message => message.Text));
        var output = hasOutput ? progress.OutputTokens!.Value : progress.GuessedOutput;
        return new ModelTokens(input, output, (hasInput ? 0 : input) + (hasOutput ? 0 : output));
    }

    /// <summary>Completes the channel, with the failure when there is one; never throws.</summary>
    private async Task ReadGuardedAsync(
        IReadOnlyList<ChatMessage> messages, ModelProgress progress, int maxTokens, ChannelWriter<string> pieces,
        CancellationToken cancellationToken)
    {
        try
        {
            await _circuit.ExecuteAsync(
                async token => await ReadAsync(messages, progress, maxTokens, pieces, token),
                cancellationToken);
            progress.Ended(ModelOutcome.Completed);
            pieces.Complete();
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            progress.Ended(ModelOutcome.Cancelled);
            pieces.TryComplete(exception);
        }
        catch (Exception exception)
        {
            // IChatClient does not define its exceptions, so every one of them means that the model gave no answer.
            progress.Ended(exception switch
            {
                TimeoutException => ModelOutcome.Timeout,
                BrokenCircuitException => ModelOutcome.Rejected,
                _ => ModelOutcome.Failed,
            });
            var reason = ModelFailure.Reason(exception, progress.Model);
            pieces.TryComplete(new ModelUnavailableException(reason, exception));
            Log.Failed(_logger, progress.Outcome.Word(), reason);
        }
    }

    private async Task ReadAsync(
        IReadOnlyList<ChatMessage> messages, ModelProgress progress, int maxTokens, ChannelWriter<string> pieces,
        CancellationToken cancellationToken)
    {
        using var total = new CancellationTokenSource(_options.TotalTimeout, _clock);
        using var patience = new CancellationTokenSource(_options.FirstTokenTimeout, _clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, total.Token, patience.Token);
        StreamCancellation.BreakOffWith(limit.Token);
        try
        {
            await using var updates =
                new DetachableStream(_chat!.GetStreamingResponseAsync(messages, Options(maxTokens), limit.Token), limit.Token);
            await CopyAsync(updates, progress, maxTokens, pieces, patience, limit.Token);
        }
        catch (Exception exception) when (
            !cancellationToken.IsCancellationRequested
                && (limit.IsCancellationRequested || exception is OperationCanceledException))
        {
            // Clients throw different exceptions when their stream is closed, and those with a shorter time limit cancel.
            throw new TimeoutException("The model did not answer in time.", exception);
        }
        catch (Exception exception) when (
            cancellationToken.IsCancellationRequested && exception is not OperationCanceledException)
        {
            throw new OperationCanceledException("The caller cancelled the call of the model.", exception, cancellationToken);
        }
    }

    private async Task CopyAsync(
        DetachableStream updates,
        ModelProgress progress,
        int maxTokens,
        ChannelWriter<string> pieces,
        CancellationTokenSource patience,
        CancellationToken cancellationToken)
    {
        var room = maxTokens * CharactersPerToken;
        var isFinished = false;
        while (room > 0 && await updates.MoveNextAsync())
        {
            // Reasoning counts as progress, although it is not shown.
            patience.CancelAfter(_options.FirstTokenTimeout);
            var update = updates.Current;
            isFinished |= Note(update, progress);
            if (update.Text is { Length: > 0 } text)
            {
                progress.TextArrived(text);
                room -= text.Length;
                await pieces.WriteAsync(text, cancellationToken);
            }
        }

        // Some clients end the stream without an exception when they are cancelled or the server breaks off.
        cancellationToken.ThrowIfCancellationRequested();
        progress.IsCut |= room <= 0;
        if (!isFinished && room > 0)
        {
            throw new IOException("The stream ended before the model's last message.");
        }
    }

    /// <returns>True for the update that ends an answer.</returns>
    private static bool Note(ChatResponseUpdate update, ModelProgress progress)
    {
        progress.Model = string.IsNullOrEmpty(update.ModelId) ? progress.Model : update.ModelId;
        progress.IsCut |= update.FinishReason == ChatFinishReason.Length;
        var usage = update.Contents.OfType<UsageContent>().FirstOrDefault()?.Details;
        progress.InputTokens = usage?.InputTokenCount ?? progress.InputTokens;
        progress.OutputTokens = usage?.OutputTokenCount ?? progress.OutputTokens;
        return update.FinishReason is not null || usage is not null;
    }

    private ChatOptions Options(int maxTokens) => new()
    {
        Temperature = _options.Temperature,
        Seed = 1,
        MaxOutputTokens = maxTokens,
        Reasoning = new ReasoningOptions { Effort = ReasoningEffort.None },
        AdditionalProperties = new AdditionalPropertiesDictionary { ["num_ctx"] = _options.ContextWindow },
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The model gave no answer ({Outcome}): {Reason}")]
        public static partial void Failed(ILogger logger, string outcome, string reason);
    }
}
