using MathNet.Numerics.Statistics;

namespace RagAspire.Diagnosis.Causes;

/// <summary>Recognises troubles that traffic makes: floods, hot routes, retries, stampedes, errors.</summary>
internal static class TrafficAnalysis
{
    /// <summary>What is normal traffic of one kind; more than this share is a concentration.</summary>
    private const double Concentrated = .6;

    private const string ServerErrors = "http_response_status_code=~\"5..\"";

    public static IEnumerable<Observation> Examine(MeasureSet measures)
    {
        var errors = Errors(measures);
        var slow = SlowRoutes(measures);
        var retries = RetryStorm(measures, errors);
        var flood = errors.Refused > .05 || errors.Failed > .05 || slow.Count > 0 ? Flood(measures) : null;

        // A flood and a storm make their route hot too, and say more.
        var hot = flood is null && retries is null && (slow.Count > 0 || errors.Failed > .05) ? HotRoute(measures) : null;
        IEnumerable<Observation?> found = [flood, hot, retries, Stampede(measures), FailingRequests(measures, errors), .. slow];
        return found.OfType<Observation>();
    }

    private static (double Rate, double Failed, double Refused) Errors(MeasureSet measures)
    {
        var responses = measures.Of(Measures.Responses).Select(one => (one.Label, Rate: one.Now)).ToList();
        var all = responses.Sum(one => one.Rate);
        return all <= 0 ? default : (
            all,
            responses.Where(one => one.Label.StartsWith('5')).Sum(one => one.Rate) / all,
            responses.Where(one => one.Label == "429").Sum(one => one.Rate) / all);
    }

    private static List<Observation> SlowRoutes(MeasureSet measures) =>
    [
        .. measures.Of(Measures.RequestsP95)
            .Where(route => !IsLong(route.Label) && measures.Now(Measures.Requests, route.Label) > .1)
            .Select(route => (route.Label, P95: route.Now))
            .Where(route => route.P95 > measures.Options.SlowRequest.TotalSeconds)
            .Select(route => new Observation(
                CauseFindings.SlowRoute,
                $"The p95 of {route.Label} is {Quantity.Seconds(route.P95)}.",
                [
                    measures.Evidence(
                        measures.Recent(Measures.RequestsP95, route.Label), Quantity.Seconds(route.P95),
                        Quantity.Seconds(measures.Options.SlowRequest.TotalSeconds)),
                ])
            {
                Subject = route.Label,
                Since = measures.Since(Measures.RequestsP95, route.Label),
            }),
    ];

    /// <summary>Waits for a model, streams, examines, or carries a file: its duration says nothing about the API.</summary>
    private static bool IsLong(string route) => route.Length == 0
        || route.Contains("answers", StringComparison.Ordinal) || route.EndsWith("/events", StringComparison.Ordinal)
        || route.Contains("/operations/", StringComparison.Ordinal) || route.EndsWith("/documents", StringComparison.Ordinal);

    private static Observation? Flood(MeasureSet measures)
    {
        var keys = measures.Of(Measures.ByKey).Select(one => (one.Label, Rate: one.Now)).ToList();
        var all = keys.Sum(key => key.Rate);
        var (name, rate) = keys.OrderByDescending(key => key.Rate).FirstOrDefault();
        return name is null || rate < measures.Options.FloodPerSecond || rate < Concentrated * all
            || (keys.Count == 1 && measures.Jump(Measures.ByKey, name) is null)
            || (keys.Count > 1 && measures.Change(Measures.ByKey, name) is { } change
                && rate < change.Before * measures.Options.Jump)
            ? null
            : new Observation(
                CauseFindings.Flood,
                $"The key {name} makes {Quantity.Number(rate)} of {Quantity.Number(all)} requests a second.",
                [
                    measures.Evidence(
                        measures.Recent(Measures.ByKey, name), $"{Quantity.Number(rate)}/s",
                        $"{Quantity.Number(measures.Options.FloodPerSecond)}/s"),
                ])
            {
                Subject = name,
                Since = measures.Jump(Measures.ByKey, name)?.At,
            };
    }

    private static Observation? HotRoute(MeasureSet measures)
    {
        var routes = measures.Of(Measures.Requests).Where(one => one.Label.Length > 0)
            .Select(one => (one.Label, Rate: one.Now)).ToList();
        var (name, rate) = routes.OrderByDescending(route => route.Rate).FirstOrDefault();
        return name is null || rate < measures.Options.FloodPerSecond || rate < Concentrated * routes.Sum(route => route.Rate)
            || measures.Jump(Measures.Requests, name) is not { } jump
            ? null
            : new Observation(
                CauseFindings.HotRoute,
                $"{name} gets {Quantity.Number(rate)} requests a second, {Quantity.Number(jump.Before)} before.",
                [
                    measures.Evidence(
                        measures.Recent(Measures.Requests, name), $"{Quantity.Number(rate)}/s",
                        $"{Quantity.Number(jump.Before * measures.Options.Jump)}/s"),
                ])
            {
                Subject = name,
                Since = jump.At,
            };
    }

    /// <summary>Errors that make more requests: the rate rose together with the share of errors.</summary>
    private static Observation? RetryStorm(MeasureSet measures, (double Rate, double Failed, double Refused) errors)
    {
        var jumps = measures.Of(Measures.Requests)
            .Select(route => (route.Label, Jump: measures.Jump(Measures.Requests, route.Label)))
            .Where(route =>
                route.Jump is not null && measures.Now(Measures.Requests, route.Label) >= measures.Options.FloodPerSecond)
            .ToList();
        if (jumps.Count > 0 && errors.Failed > .3)
        {
            return Storm(
                measures, "of clients", (errors.Rate, measures.RecentSum(Measures.Responses)),
                (errors.Failed, Share(measures, Measures.Responses, ServerErrors), .3), jumps[0].Jump!.At);
        }

        var calls = measures.Of(Measures.Calls).Sum(one => one.Now);
        var broken = measures.Of(Measures.CallErrors).Where(one => one.Label.Length > 0).Sum(one => one.Now);
        var server = measures.Of(Measures.Calls).FirstOrDefault(one => measures.Jump(Measures.Calls, one.Label) is not null);
        return server is null || calls < measures.Options.FloodPerSecond || broken < .5 * calls ? null : Storm(
            measures, $"to {server.Label}", (calls, measures.RecentSum(Measures.Calls)),
            (broken / calls, Share(measures, Measures.CallErrors, "error_type!=\"\""), .5),
            measures.Jump(Measures.Calls, server.Label)!.At);
    }

    private static Observation Storm(
        MeasureSet measures, string what, (double Value, string Query) rate, (double Share, string Query, double Limit) failed,
        DateTimeOffset since) => new(
            CauseFindings.RetryStorm,
            $"Requests {what} rose to {Quantity.Number(rate.Value)} a second while {Quantity.Percent(failed.Share)} of them fail.",
            [
                measures.Evidence(failed.Query, Quantity.Percent(failed.Share), Quantity.Percent(failed.Limit)),
                measures.Evidence(rate.Query, $"{Quantity.Number(rate.Value)}/s"),
            ])
        {
            Since = since,
        };

    /// <summary>PromQL of the present share of the events that a matcher leaves.</summary>
    private static string Share(MeasureSet measures, Measure measure, string matcher) =>
        $"{measures.RecentSum(measure, matcher)} / {measures.RecentSum(measure)}";

    /// <summary>A cache that served most look-ups and now serves few, at a rate of requests that is about the same.</summary>
    private static Observation? Stampede(MeasureSet measures)
    {
        if (measures.Jump(Measures.CacheLookUps, "miss") is not { } jump)
        {
            return null;
        }

        var (hits, misses) = (measures.Now(Measures.CacheLookUps, "hit"), measures.Now(Measures.CacheLookUps, "miss"));
        var hitsBefore = measures.Of(Measures.CacheLookUps).FirstOrDefault(one => one.Label == "hit") is { } series
            ? series.Points.Where(point => point.At < jump.At).Select(point => point.Value).DefaultIfEmpty().Median()
            : 0;
        var (before, now) = (hitsBefore / (hitsBefore + jump.Before), hits / (hits + misses));
        return before < .5 || now > .5 * before || misses < measures.Options.FloodPerSecond ? null : new Observation(
            CauseFindings.Stampede,
            $"The cache served {Quantity.Percent(before)} of the look-ups and now serves {Quantity.Percent(now)}: "
            + $"{Quantity.Number(misses)} a second are computed in the place of {Quantity.Number(jump.Before)}.",
            [
                measures.Evidence(
                    measures.Recent(Measures.CacheLookUps, "miss"), $"{Quantity.Number(misses)}/s",
                    $"{Quantity.Number(jump.Before * measures.Options.Jump)}/s"),
            ])
        {
            Since = jump.At,
        };
    }

    private static Observation? FailingRequests(MeasureSet measures, (double Rate, double Failed, double Refused) errors) =>
        100 * errors.Failed <= measures.Options.ErrorPercent || errors.Rate * errors.Failed < .05 ? null : new Observation(
            CauseFindings.Failing,
            $"{Quantity.Percent(errors.Failed)} of {Quantity.Number(errors.Rate)} requests a second end with an error of the server.",
            [
                measures.Evidence(
                    Share(measures, Measures.Responses, ServerErrors), Quantity.Percent(errors.Failed),
                    Quantity.Percent(measures.Options.ErrorPercent / 100)),
            ]);
}
