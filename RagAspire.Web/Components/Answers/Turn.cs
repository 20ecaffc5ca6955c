using System.Text;
using RagAspire.Client;

namespace RagAspire.Web.Components.Answers;

/// <summary>A question, and what there is of its answer.</summary>
public sealed class Turn(string question)
{
    private readonly StringBuilder _text = new();

    public string Question { get; } = question;

    /// <summary>The text so far, or that of the whole answer.</summary>
    public string Text => Answer?.Text ?? _text.ToString();

    /// <summary>Null until it is complete.</summary>
    public Answer? Answer { get; private set; }

    /// <summary>How many sources were found; null while they are looked for.</summary>
    public int? Sources { get; private set; }

    public bool IsBusy { get; set; } = true;

    /// <summary>The user has ended it early.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Null until the user has said something.</summary>
    public bool? Rated { get; set; }

    public void Add(AnswerEvent step)
    {
        switch (step)
        {
            case SourcesEvent found:
                Sources = found.Sources.Count;
                break;
            case TokenEvent token:
                _text.Append(token.Text);
                break;
            case DoneEvent done:
                Answer = done.Answer;
                break;
        }
    }
}
