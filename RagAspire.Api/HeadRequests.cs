using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.OutputCaching;

namespace RagAspire.Api;

/// <summary>Answers HEAD like GET, without the body, at every address.</summary>
internal static class HeadRequests
{
    /// <summary>Routes HEAD to the endpoints of GET. The server itself still knows the method, and sends no body.</summary>
    public static WebApplication UseHeadAsGet(this WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            if (!HttpMethods.IsHead(context.Request.Method))
            {
                await next(context);
                return;
            }

            context.Request.Method = HttpMethods.Get;
            context.Features.Set(new Mark());
            try
            {
                await next(context);
            }
            finally
            {
                context.Request.Method = HttpMethods.Head;
            }
        });
        app.UseRouting();
        return app;
    }

    /// <summary>Ends an endpoint at the first byte of its body: for a HEAD nothing more is read, and no event awaited.</summary>
    public static IApplicationBuilder UseHeadersOnly(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (context.Features.Get<Mark>() is null)
        {
            await next(context);
            return;
        }

        var (body, aborted) = (context.Features.Get<IHttpResponseBodyFeature>(), context.RequestAborted);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        context.RequestAborted = end.Token;
        context.Response.Body = new Discarded(() =>
        {
            // A page that is cached is cached whole.
            if (context.Features.Get<IOutputCacheFeature>() is null)
            {
                end.Cancel();
            }
        });
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            // The headers are complete.
        }
        finally
        {
            context.Features.Set(body);
            context.RequestAborted = aborted;
        }
    });

    private sealed class Mark;

    private sealed class Discarded(Action begun) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => begun();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            begun();
            return Task.CompletedTask;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            begun();
            return ValueTask.CompletedTask;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
