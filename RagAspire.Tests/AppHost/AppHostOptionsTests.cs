using RagAspire.AppHost;

namespace RagAspire.Tests.AppHost;

public sealed class AppHostOptionsTests
{
    [Fact]
    public void The_ports_of_the_design_are_the_ordinary_ones()
    {
        var options = Parse([]);

        Assert.Equal((8000, 8001, 0, 0), (options.ApiPort, options.WorkerPort, options.PostgresPort, options.RedisPort));
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
    [InlineData("--monitoring perhaps", "true or false")]
    [InlineData("--prot 1", "Unknown argument --prot")]
    public void What_makes_no_sense_is_refused_with_a_reason(string arguments, string reason)
    {
        var refusal = Assert.Throws<AppHostException>(() => Parse(arguments.Split(' ')));

        Assert.Contains(reason, refusal.Message);
    }

    private static AppHostOptions Parse(string[] arguments, Dictionary<string, string>? environment = null) =>
        AppHostOptions.Parse(arguments, name => environment?.GetValueOrDefault(name), "data");
}
