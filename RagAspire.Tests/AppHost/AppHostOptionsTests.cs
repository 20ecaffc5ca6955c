using RagAspire.AppHost;

namespace RagAspire.Tests.AppHost;

public sealed class AppHostOptionsTests
{
    [Fact]
    public void The_ports_of_the_documentation_are_the_defaults()
    {
        var options = Parse([]);

        Assert.Equal((8000, 8001, 0, 0), (options.ApiPort, options.WorkerPort, options.PostgresPort, options.RedisPort));
        Assert.Equal((8002, true), (options.WebPort, options.Web));
        Assert.Equal((9090, 9093, true), (options.PrometheusPort, options.AlertmanagerPort, options.Monitoring));
        Assert.Equal(Path.GetFullPath("data"), options.DataDirectory);
    }

    [Fact]
    public void An_argument_goes_before_a_variable_and_a_variable_before_the_default()
    {
        var environment = new Dictionary<string, string> { ["RAGASPIRE_API_PORT"] = "1000", ["RAGASPIRE_WORKER_PORT"] = "2000" };

        var options = Parse(["--api-port=3000", "--chat-model", "llama3.2:3b"], environment);

        Assert.Equal((3000, 2000, "llama3.2:3b"), (options.ApiPort, options.WorkerPort, options.ChatModel));
    }

    [Theory]
    [InlineData("--mode sideways", "embedded or containers")]
    [InlineData("--api-port 0", "between 1 and 65535")]
    [InlineData("--api-port 70000", "between 1 and 65535")]
    [InlineData("--api-port eight", "between 1 and 65535")]
    [InlineData("--api-port", "needs a value")]
    [InlineData("--api-port 8001", "cannot both have port 8001")]
    [InlineData("--web-port 8000", "cannot both have port 8000")]
    [InlineData("--web perhaps", "true or false")]
    [InlineData("--monitoring perhaps", "true or false")]
    [InlineData("--prot 1", "Unknown argument --prot")]
    [InlineData("api-port=3000", "Unknown argument api-port=3000")]
    [InlineData("embedded", "Unknown argument embedded")]
    [InlineData("--mode embedded embedded", "Unknown argument embedded")]
    [InlineData("Limits:Burst 5", "Unknown argument Limits:Burst")]
    public void An_invalid_argument_is_refused_with_a_reason(string arguments, string reason)
    {
        var refusal = Assert.Throws<AppHostException>(() => Parse(arguments.Split(' ')));

        Assert.Contains(reason, refusal.Message);
    }

    [Theory]
    [InlineData("--publisher manifest --output-path manifest.json")]
    [InlineData("--operation publish --step deploy --log-level debug --environment Production --include-exception-details true")]
    [InlineData("--operation inspect --list-steps true")]
    [InlineData("--dcp-container-runtime docker --contentRoot=/srv --applicationName=AppHost")]
    [InlineData("--Limits:Burst 5 --Limits:BodyBytes=6 Limits:UploadBytes=7 /Limits:RequestSeconds=8")]
    [InlineData("--ConnectionStrings:chat Endpoint=http://gpu:11434;Model=big")]
    [InlineData("--include-exception-details")]
    public void Arguments_of_Aspire_and_settings_are_passed_on(string arguments)
    {
        var options = Parse([.. arguments.Split(' '), "--api-port", "3000"]);

        Assert.Equal(3000, options.ApiPort);
    }

    private static AppHostOptions Parse(string[] arguments, Dictionary<string, string>? environment = null) =>
        AppHostOptions.Parse(arguments, name => environment?.GetValueOrDefault(name), "data");
}
