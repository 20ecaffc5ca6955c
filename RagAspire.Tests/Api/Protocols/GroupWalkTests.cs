using RagAspire.TestSupport.Walks;

namespace RagAspire.Tests.Api.Protocols;

/// <summary>
/// Random calls of two groups' keys and users by every protocol, of which the benchmark <c>walk</c> makes more. They have a
/// system of their own, because their collection and the model's answers would be seen by the tests of the protocols.
/// </summary>
public sealed class GroupWalkTests(ProtocolHost host) : IClassFixture<ProtocolHost>
{
    [Theory]
    [InlineData(1, 700)]
    public async Task No_call_shows_or_changes_a_document_of_another_group(int seed, int calls)
    {
        host.Ollama.Answer = prompt => $"It is this: {prompt}";
        var walk = new GroupWalk(host.System.Client.Http, host.Issuer, ProtocolHost.SharedCollection, seed);
        var report = await walk.RunAsync(calls, TestContext.Current.CancellationToken);

        Assert.Null(report.Failure);
        Assert.Equal(calls, report.Calls);
        Assert.True(report.Shown > calls / 5, $"{report}");
        Assert.True(report.Refused > calls / 10, $"{report}");
        Assert.True(report.Written > calls / 100, $"{report}");
    }
}
