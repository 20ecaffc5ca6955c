using RagAspire.Diagnosis.Models;
using RagAspire.Embedded;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;
using RagAspire.TestSupport.OpenAi;

namespace RagAspire.Tests.Diagnosis.Stack;

public sealed class ModelProbeTests(Stores stores)
{
    [Fact]
    public async Task A_server_with_its_models_and_a_system_without_one_are_healthy()
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var with = await RigAsync(ollama);
        await using var without = await ProbeRig.CreateAsync(stores);

        Assert.Empty(await with.ExamineAsync("models"));
        Assert.Empty(await without.ExamineAsync("models"));
    }

    [Fact]
    public async Task A_server_that_is_away()
    {
        await using var rig = await ProbeRig.CreateAsync(
            stores, ("ConnectionStrings:chat", $"Endpoint=http://127.0.0.1:{FreePort.Next()};Model=llama3.2"));

        Assert.Equal([ModelCodes.Unreachable], await rig.CodesAsync("models"));
    }

    [Theory]
    [InlineData(OllamaMode.Failing, ModelCodes.Failing)]
    [InlineData(OllamaMode.Garbage, ModelCodes.Failing)]
    [InlineData(OllamaMode.Hanging, ModelCodes.Unreachable)]
    public async Task A_server_that_fails_or_hangs(OllamaMode mode, string code)
    {
        await using var ollama = await OllamaStub.StartAsync();
        ollama.Mode = mode;
        await using var rig = await RigAsync(ollama, ("Diagnosis:Models:Timeout", "00:00:00.500"));

        Assert.Equal([code], await rig.CodesAsync("models"));
    }

    [Theory]
    [InlineData(OpenAiMode.Normal, "gpt-test", "")]
    [InlineData(OpenAiMode.Normal, "absent", ModelCodes.Missing)]
    [InlineData(OpenAiMode.Failing, "gpt-test", ModelCodes.Failing)]
    [InlineData(OpenAiMode.Hanging, "gpt-test", ModelCodes.Unreachable)]
    public async Task A_server_that_speaks_the_protocol_of_OpenAI(OpenAiMode mode, string model, string codes)
    {
        await using var server = await OpenAiStub.StartAsync();
        server.Mode = mode;
        await using var rig = await ProbeRig.CreateAsync(
            stores, ("ConnectionStrings:chat", server.ConnectionString(model)), ("Diagnosis:Models:Timeout", "00:00:00.500"));

        Assert.Equal(codes, string.Join(' ', await rig.CodesAsync("models")));
    }

    [Fact]
    public async Task A_model_that_is_not_installed()
    {
        await using var ollama = await OllamaStub.StartAsync();
        ollama.HasModels = false;
        await using var rig = await RigAsync(ollama);

        var found = await rig.ExamineAsync("models");

        Assert.All(found, observation => Assert.Equal(ModelCodes.Missing, observation.Code));
        Assert.Equal([ollama.ChatModel, ollama.EmbeddingModel], found.Select(observation => observation.Subject));
    }

    [Fact]
    public async Task A_model_that_was_unloaded_right_after_an_answer()
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var rig = await RigAsync(ollama);
        await rig.ExecuteAsync($"""
            insert into answers (id, session_id, collection, question, answer, kind, model, chunk_ids)
            values (gen_random_uuid(), gen_random_uuid(), 'default', 'q', 'a', 'generated', '{ollama.ChatModel}', array[]::uuid[])
            """);

        Assert.Equal([ModelCodes.Cold], await rig.CodesAsync("models"));
    }

    private Task<ProbeRig> RigAsync(OllamaStub ollama, params (string Key, string? Value)[] settings) => ProbeRig.CreateAsync(
        stores,
        [
            ("ConnectionStrings:chat", ollama.ConnectionString(ollama.ChatModel)),
            ("ConnectionStrings:embeddings", ollama.ConnectionString(ollama.EmbeddingModel)),
            .. settings,
        ]);
}
