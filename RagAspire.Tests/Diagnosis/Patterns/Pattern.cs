namespace RagAspire.Tests.Diagnosis.Patterns;

/// <summary>One trouble that is caused in a running system and undone again.</summary>
/// <param name="Area">The part of the system in which it is.</param>
/// <param name="Code">The finding that names it.</param>
internal sealed record Pattern(string Area, string Code, Func<Task> Cause, Func<Task> Undo)
{
    /// <summary>A trouble that is made and undone without waiting.</summary>
    public static Pattern Of(string area, string code, Action cause, Action undo) => new(area, code, Done(cause), Done(undo));

    private static Func<Task> Done(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };
}
