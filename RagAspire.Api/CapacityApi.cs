using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Api.Reports;
using RagAspire.Capacity;
using RagAspire.Capacity.Charts;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>What to look back on, how far to look ahead, and what to assume.</summary>
/// <param name="History">Such as 30d; 30d when absent.</param>
/// <param name="Ahead">Such as 90d; 90d when absent.</param>
/// <param name="Growth">What if there were this many times as many requests, such as 3x.</param>
/// <param name="Documents">What if there were this many documents.</param>
/// <param name="Metric">Only this figure, such as cpu; all when absent.</param>
public sealed record CapacityQuery(string? History, string? Ahead, string? Growth, long? Documents, string? Metric)
{
    internal CapacityRequest ToRequest(string? metric = null)
    {
        try
        {
            return CapacityQuestion.Parse(History, Ahead, Growth, Documents, metric ?? Metric);
        }
        catch (FormatException ex)
        {
            throw Problems.Bad(ex.Message);
        }
    }
}

/// <summary>Capacity planning: projections, limits, recommendations, charts.</summary>
internal static class CapacityApi
{
    public static RouteGroupBuilder MapCapacity(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/operations/capacity").RequireAuthorization(Scopes.OperationsRead, Policies.WholeSystem).WithTags("Operations")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapGet("", PlanAsync).WithSummary("Project what the system uses, and recommend what to do")
            .AsReport<CapacityReport>(CapacityPage.Describe);
        group.MapGet("/charts/{metric}.{format:regex(^(png|svg)$)}",
            ChartAsync).WithSummary("Draw one figure with its projection")
            .Produces(StatusCodes.Status200OK, contentType: "image/png")
            .ProducesProblem(StatusCodes.Status404NotFound);
        return api;
    }

    private static async Task<Results<Ok<CapacityReport>, ProblemHttpResult>> PlanAsync(
        [AsParameters] CapacityQuery query, CapacityPlanner planner, CancellationToken cancellationToken)
    {
        try
        {
            return TypedResults.Ok(await planner.PlanAsync(query.ToRequest(), cancellationToken));
        }
        catch (TimeoutException ex)
        {
            return TypedResults.Problem(ex.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> ChartAsync(
        string metric, string format, string? subject, string? history, string? ahead, CapacityPlanner planner,
            CancellationToken cancellationToken)
    {
        var request = new CapacityQuery(history, ahead, null, null, metric).ToRequest();
        try
        {
            var report = await planner.PlanAsync(request, cancellationToken);
            var figure = report.Figures.FirstOrDefault(figure => figure.Series is not null
                && (subject is null || figure.Subject == subject));
            return figure is null
                ? Problems.NotFound("figure with enough history")
                : format == "png"
                    ? TypedResults.File(CapacityChart.Png(figure), "image/png")
                    : TypedResults.File(Encoding.UTF8.GetBytes(CapacityChart.Svg(figure)), "image/svg+xml");
        }
        catch (TimeoutException ex)
        {
            return TypedResults.Problem(ex.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
