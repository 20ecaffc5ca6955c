using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OllamaSharp;
using RagAspire.Answers;
using RagAspire.Tests.Support;
using RagAspire.Vectors;
using RagAspire.Vectors.Analysis;

namespace RagAspire.Tests.Answers;

public sealed class AnswersRegistrationTests
{
    [Fact]
    public async Task Models_are_optional()
    {
        await using var services = Build([]);

        Assert.Null(services.GetRequiredService<Embedder>().Model);
        var (kind, _) = await AskAsync(services);
        Assert.Equal(AnswerKind.Extractive, kind);
    }

    [Fact]
    public async Task Clients_of_the_factory_end_a_stream_that_is_stuck()
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.Answer = _ => "Words enough to be stuck in the middle of them.";
        stub.Mode = OllamaMode.HangingMidStream;
        await using var services = Build(new() { ["Answers:FirstTokenTimeout"] = "00:00:00.300" }, stub);

        var (kind, degraded) = await AskAsync(services);

        Assert.Equal((AnswerKind.Extractive, "the model llama3.2:latest did not answer in time"), (kind, degraded));
        await Eventually.TrueAsync(
            () => Task.FromResult(stub.OpenCalls == 0), TimeSpan.FromSeconds(5), () => "The call goes on", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_clients_own_limit_is_not_shorter_than_the_configured_one()
    {
        await using var services = Build(new() { ["Answers:FirstTokenTimeout"] = "00:05:00" });

        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("chat");

        Assert.True(client.Timeout > TimeSpan.FromMinutes(5));
    }

    [Theory]
    [InlineData("Answers:MaxOutputTokens", "0")]
    [InlineData("Answers:FirstTokenTimeout", "00:00:00")]
    [InlineData("Embeddings:BatchSize", "0")]
    public async Task Options_out_of_range_are_refused(string name, string value)
    {
        await using var services = Build(new() { [name] = value });

        Assert.Throws<OptionsValidationException>(() => (services.GetRequiredService<AnswerWriter>(), services.GetRequiredService<Embedder>()));
    }

    private static ServiceProvider Build(Dictionary<string, string?> settings, OllamaStub? stub = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<TextAnalyzer>();
        services.AddHttpClient("chat", client => client.BaseAddress = stub?.Address);
        services.AddAnswerWriting(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        if (stub is not null)
        {
            services.AddSingleton<IChatClient>(provider =>
                new OllamaApiClient(provider.GetRequiredService<IHttpClientFactory>().CreateClient("chat"), stub.ChatModel));
        }

        return services.BuildServiceProvider();
    }

    private static async Task<(string Kind, string? Degraded)> AskAsync(ServiceProvider services)
    {
        var request = new AnswerRequest("When did the warehouse in Bergen burn down?", Passages.Company, [], ByMeaning: false);
        var events = await services.GetRequiredService<AnswerWriter>().WriteAsync(request, TestContext.Current.CancellationToken).ToListAsync();
        var answer = Assert.IsType<AnswerWritten>(events[^1]).Answer;
        return (answer.Kind, answer.Degraded);
    }
}
