using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire.Answers;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Tests.Answers;

public sealed class AnswersRegistrationTests
{
    [Fact]
    public async Task Models_are_optional()
    {
        await using var services = AnswerServices.Build([]);

        Assert.Null(services.GetRequiredService<Embedder>().Model);
        var (kind, _) = await AnswerServices.AskAsync(services);
        Assert.Equal(AnswerKind.Extractive, kind);
    }

    [Fact]
    public async Task Clients_of_the_factory_end_a_stream_that_is_stuck()
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.Answer = _ => "Words enough to be stuck in the middle of them.";
        stub.Mode = OllamaMode.HangingMidStream;
        await using var services = AnswerServices.Build(new() { ["Answers:FirstTokenTimeout"] = "00:00:00.300" }, stub.ConnectionString(stub.ChatModel));

        var (kind, degraded) = await AnswerServices.AskAsync(services);

        Assert.Equal((AnswerKind.Extractive, "the model llama3.2:latest did not answer in time"), (kind, degraded));
        await Eventually.TrueAsync(
            () => Task.FromResult(stub.OpenCalls == 0), TimeSpan.FromSeconds(5), () => "The call goes on", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Clients_of_the_factory_end_a_line_that_does_not_end()
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.Mode = OllamaMode.EndlessLine;
        await using var services = AnswerServices.Build([], stub.ConnectionString(stub.ChatModel));

        var (kind, degraded) = await AnswerServices.AskAsync(services);

        Assert.Equal(AnswerKind.Extractive, kind);
        Assert.NotNull(degraded);
        await Eventually.TrueAsync(
            () => Task.FromResult(stub.OpenCalls == 0), TimeSpan.FromSeconds(5), () => "The call goes on",
            TestContext.Current.CancellationToken);
        // What was sent beyond the limit waits in the kernel's buffers, which grow to tens of megabytes.
        Assert.InRange(stub.SentBytes, 1, 256 << 20);
    }

    [Fact]
    public async Task Only_clients_of_models_have_no_time_limit_of_their_own()
    {
        await using var stub = await OllamaStub.StartAsync();
        await using var services = AnswerServices.Build([], stub.ConnectionString(stub.ChatModel));
        var clients = services.GetRequiredService<IHttpClientFactory>();

        using var chat = clients.CreateClient("chat_httpClient");
        using var other = clients.CreateClient("grafana");

        Assert.Equal(stub.Address, chat.BaseAddress);
        Assert.Equal(Timeout.InfiniteTimeSpan, chat.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(100), other.Timeout);
    }

    [Theory]
    [InlineData("Answers:MaxOutputTokens", "0")]
    [InlineData("Answers:FirstTokenTimeout", "00:00:00")]
    [InlineData("Embeddings:BatchSize", "0")]
    public async Task Options_out_of_range_are_refused(string name, string value)
    {
        await using var services = AnswerServices.Build(new() { [name] = value });

        Assert.Throws<OptionsValidationException>(
            () => (services.GetRequiredService<AnswerWriter>(), services.GetRequiredService<Embedder>()));
    }
}
