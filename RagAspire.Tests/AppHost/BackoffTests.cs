using Microsoft.Extensions.Time.Testing;
using RagAspire.AppHost.Lifecycle;

namespace RagAspire.Tests.AppHost;

public sealed class BackoffTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Restarts_come_later_and_later_up_to_half_a_minute()
    {
        var backoff = new Backoff(_time);

        Assert.Equal([1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 7).Select(_ => backoff.Next().TotalSeconds));
    }

    [Theory]
    [InlineData(59, 2)]
    [InlineData(60, 1)]
    public void A_run_of_a_minute_resets_the_delay(int seconds, double expected)
    {
        var backoff = new Backoff(_time);
        backoff.Next();
        backoff.Running();
        _time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(expected, backoff.Next().TotalSeconds);
    }
}
