using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using RagAspire.Database;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>
/// Tells a database that stopped because its disk is full from one that is away for another reason. It is known from what the
/// server said within the last minute, or from the disk where the cluster is the product's own on this machine.
/// </summary>
public sealed class DatabaseDisk(PostgresLocation location, TimeProvider time)
{
    /// <summary>PostgreSQL stops, and does not start again, when it cannot write a file of its log.</summary>
    private const long LogFileBytes = 16 << 20;

    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private long _fullAt;

    private bool IsFull => time.GetUtcNow() - new DateTimeOffset(Interlocked.Read(ref _fullAt), TimeSpan.Zero) < Memory
        || (location.Cluster is { } cluster && ClusterFiles.Disk(cluster) is { FreeBytes: < LogFileBytes });

    /// <returns>The problem, or one that names the disk: with 507 for a call that writes, with 503 for one that reads.</returns>
    public ProblemDetails Explain(ProblemDetails problem, Exception exception, HttpContext context)
    {
        if (DiskSpace.IsDatabaseExhausted(exception))
        {
            Interlocked.Exchange(ref _fullAt, time.GetUtcNow().Ticks);
            return problem;
        }

        return problem.Status == StatusCodes.Status503ServiceUnavailable && Unavailability.IsUnavailable(exception) && IsFull
            ? new ProblemDetails
            {
                Status = Reads(context) ? problem.Status : StatusCodes.Status507InsufficientStorage,
                Detail = "The database cannot be reached because its disk is full.",
            }
            : problem;
    }

    /// <summary>Searches and questions are posted, and read.</summary>
    private static bool Reads(HttpContext context)
    {
        // The middleware has removed the endpoint from the context.
        var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        return HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            || endpoint?.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(rule => rule.Policy is Scopes.Read) == true;
    }
}
