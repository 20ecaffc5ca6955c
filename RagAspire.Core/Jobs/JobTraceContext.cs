using System.Diagnostics;
using Hangfire.Client;

namespace RagAspire.Jobs;

/// <summary>Hands the trace of the enqueuing code to the job, as a W3C traceparent.</summary>
public sealed class JobTraceContext : IClientFilter
{
    public const string Parameter = "traceparent";

    public void OnCreating(CreatingContext context)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
        {
            context.SetJobParameter(Parameter, id);
        }
    }

    public void OnCreated(CreatedContext context)
    {
    }
}
