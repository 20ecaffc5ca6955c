using Microsoft.Extensions.Hosting;
using RagAspire.Models;

namespace RagAspire.Tests.Models;

public sealed class ModelConnectionTests
{
    [Theory]
    [InlineData("Endpoint=http://localhost:11434;Model=llama3.2", "http://localhost:11434/", "llama3.2", null, false)]
    [InlineData("Endpoint=http://localhost:11434/;Model=llama3.2", "http://localhost:11434/", "llama3.2", null, false)]
    [InlineData("Endpoint=http://gpu:8000/v1;Model=Qwen/Qwen3-8B", "http://gpu:8000/v1", "Qwen/Qwen3-8B", null, true)]
    [InlineData("Endpoint=https://api.example.com/v1/;Key=sk-a=b;Model=big", "https://api.example.com/v1", "big", "sk-a=b", true)]
    [InlineData("endpoint=https://x.openai.azure.com/openai/v1;key=k;deployment=d", "https://x.openai.azure.com/openai/v1", "d", "k", true)]
    [InlineData("Provider=OpenAI;Endpoint=http://gpu:8000;Model=m", "http://gpu:8000/", "m", null, true)]
    [InlineData("Provider=ollama;Endpoint=http://proxy/ollama;Model=m", "http://proxy/ollama", "m", null, false)]
    public void The_protocol_follows_from_the_address_unless_it_is_named(
        string text, string endpoint, string model, string? key, bool isOpenAi)
    {
        Assert.Equal(new ModelConnection(new Uri(endpoint), model, key, isOpenAi), ModelConnection.Parse("chat", text));
    }

    [Theory]
    [InlineData("sk-secret", "must be of the form")]
    [InlineData("Endpoint=api.example.com/v1;Key=sk-secret;Model=m", "Endpoint must be an address")]
    [InlineData("Endpoint=ftp://api.example.com/v1;Key=sk-secret;Model=m", "Endpoint must be an address")]
    [InlineData("Endpoint=https://sk-secret@api.example.com/v1;Model=m", "belongs in Key")]
    [InlineData("Endpoint=https://api.example.com/v1?key=sk-secret;Model=m", "belongs in Key")]
    [InlineData("Endpoint=https://api.example.com/v1;Key=sk-secret", "no Model")]
    [InlineData("Endpoint=https://api.example.com;Key=sk-secret;Model=m", "a Key needs")]
    [InlineData("Endpoint=https://api.example.com/v1;ApiKey=sk-secret;Model=m", "part 'apikey' is unknown")]
    [InlineData("Provider=sk-secret;Endpoint=https://api.example.com/v1;Model=m", "Provider must be")]
    public void A_wrong_string_is_one_sentence_that_names_the_setting_and_no_secret(string text, string reason)
    {
        var error = Assert.Throws<ModelConnectionException>(() => ModelConnection.Parse("chat", text));

        Assert.StartsWith("The setting ConnectionStrings:chat (ConnectionStrings__chat) is invalid:", error.Message);
        Assert.Contains(reason, error.Message);
        Assert.DoesNotContain("sk-secret", error.Message);
        Assert.Equal(error.Message, ConfigurationErrors.Describe(error));
    }

    [Fact]
    public void A_key_is_not_part_of_its_text() =>
        Assert.DoesNotContain("secret", $"{ModelConnection.Parse("chat", "Endpoint=https://a/v1;Key=sk-secret;Model=m")}");
}
