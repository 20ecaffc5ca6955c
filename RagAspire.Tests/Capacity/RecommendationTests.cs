using RagAspire.Capacity.Recommendations;
using RagAspire.Monitoring;

namespace RagAspire.Tests.Capacity;

public sealed class RecommendationTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_request_is_the_90th_percentile_and_15_percent_of_a_constant_use()
    {
        var request = ResourceRequests.Of("api", "memory", Points(_ => 4e8), 1e7, "query");
        Assert.InRange(request.Request, 4e8 * 1.15, 4e8 * 1.15 * 1.06);
        Assert.InRange(request.Limit, request.Request, 4e8 * 1.15 * 1.06);
        Assert.Equal(2304, request.Values);
    }

    [Fact]
    public void Old_use_weighs_less_than_recent_use()
    {
        // One core for seven days, then a tenth of it for one day.
        var fallen = ResourceRequests.Of("api", "cpu", Points(hour => hour < 7 * 24 ? 1 : .1), .01, "query");
        var risen = ResourceRequests.Of("api", "cpu", Points(hour => hour < 7 * 24 ? .1 : 1), .01, "query");
        Assert.InRange(risen.Request, 1.15, 1.25);
        Assert.InRange(fallen.Request, 1.15, 1.25);

        // After four days the weight of the time before is below a tenth.
        Assert.InRange(ResourceRequests.Of("api", "cpu", Points(hour => hour < 4 * 24 ? 1 : .1), .01, "query").Request, .1, .13);
    }

    [Fact]
    public void A_short_peak_sets_the_limit_and_not_the_request()
    {
        var request = ResourceRequests.Of("api", "cpu", Points(hour => hour % 24 == 3 ? 2 : .5), .01, "query");
        Assert.InRange(request.Request, .5 * 1.15, .5 * 1.15 * 1.1);
        Assert.Equal(2 * 1.15, request.Limit, 6);
    }

    private static PrometheusPoint[] Points(Func<int, double> ofHour) =>
        [.. Enumerable.Range(0, 8 * 24 * 12).Select(index =>
            new PrometheusPoint(Start.AddMinutes(5 * index), ofHour(index / 12)))];
}
