using Microsoft.AspNetCore.Components;
using RagAspire.Client;
using RagAspire.Web.Components.Parts;

namespace RagAspire.Web.Components.Answers;

/// <summary>Questions and answers of one session, the answers while they are written.</summary>
public sealed partial class Conversation
{
    private readonly List<Turn> _turns = [];

    // More would only cost: an eye does not read faster.
    private readonly Coalesced _render = new(TimeSpan.FromMilliseconds(50));
    private CancellationTokenSource? _asking;
    private Guid? _session;
    private Citation? _open;
    private string _text = "";
    private string? _collection;
    private SearchRestriction _restriction = SearchRestriction.None;
    private string _said = "";

    [Parameter, EditorRequired]
    public string[] Known { get; set; } = [];

    [Parameter]
    public string? Initial { get; set; }

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private bool IsBusy => _asking is not null;

    private string Placeholder => _turns.Count == 0 ? T["Ask.Placeholder"] : T["Ask.FollowUp"];

    protected override void OnInitialized() => _collection = Initial;

    private async Task AskAsync()
    {
        var question = _text.Trim();
        if (question.Length == 0 || IsBusy)
        {
            return;
        }

        var turn = new Turn(question);
        _turns.Add(turn);
        (_text, _said) = ("", "");
        using var asking = _asking = CancellationTokenSource.CreateLinkedTokenSource(Gone);
        try
        {
            var collection = string.IsNullOrWhiteSpace(_collection) ? null : _collection.Trim();
            var request = new AnswerRequest(question, collection, SessionId: _session, Filter: _restriction.ToFilter());
            if (!await TryAsync(client => ReadAsync(client, request, turn, asking.Token)))
            {
                // The question comes back, so that nothing is typed twice.
                _turns.Remove(turn);
                _text = question;
            }
        }
        catch (OperationCanceledException)
        {
            turn.IsStopped = true;
        }
        finally
        {
            _asking = null;
            turn.IsBusy = false;
        }
    }

    private async Task ReadAsync(RagApiClient client, AnswerRequest request, Turn turn, CancellationToken cancellationToken)
    {
        await foreach (var step in client.AskAsync(request, cancellationToken))
        {
            turn.Add(step);
            if (step is DoneEvent { Answer: var answer })
            {
                _session = answer.SessionId;
                _said = T["Ask.Done"];
            }

            if (step is TokenEvent)
            {
                _ = _render.RunAsync(StateHasChanged, Time, Gone);
            }
            else
            {
                StateHasChanged();
            }
        }
    }

    private Task StopAsync() => _asking?.CancelAsync() ?? Task.CompletedTask;

    private void Reset()
    {
        _turns.Clear();
        (_session, _open, Problem) = (null, null, null);
    }

    private void Open(Citation citation) => _open = citation;

    private async Task RateAsync(Turn turn, bool relevant)
    {
        if (turn.Answer is { } answer
            && await TryAsync(client => client.RateAsync(new FeedbackRequest(relevant, AnswerId: answer.AnswerId), Gone)))
        {
            turn.Rated = relevant;
        }
    }
}
