using System.Net;
using Microsoft.AspNetCore.Components;
using RagAspire.Client;
using RagAspire.Web.Api;

namespace RagAspire.Web.Components.Parts;

/// <summary>What calls the API, and shows its refusals.</summary>
public abstract class ApiPage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _gone = new();

    /// <summary>Why the last call failed; null when it did not.</summary>
    protected RagApiException? Problem { get; set; }

    [Inject]
    protected ApiAccess Access { get; set; } = null!;

    [Inject]
    protected NavigationManager Navigation { get; set; } = null!;

    /// <summary>Cancelled when the page is left.</summary>
    protected CancellationToken Gone => _gone.Token;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gone.Cancel();
            _gone.Dispose();
        }
    }

    /// <summary>Makes a call. A key that is not valid any more leads to the page to sign in.</summary>
    /// <returns>Whether it succeeded; else <see cref="Problem"/> says why.</returns>
    protected async Task<bool> TryAsync(Func<RagApiClient, Task> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        Problem = null;
        try
        {
            await call(await Access.ClientAsync());
            return true;
        }
        catch (RagApiException ex) when (ex.Status == HttpStatusCode.Unauthorized)
        {
            Navigation.NavigateTo("/sign-in?ended=true", forceLoad: true);
        }
        catch (RagApiException ex)
        {
            Problem = ex;
        }

        return false;
    }
}
