namespace RagAspire.Embedded.Processes;

/// <summary>Many processes on one console: each line says whose it is. Coloured only for a person at a terminal.</summary>
public sealed class ConsoleOutput(TextWriter writer, bool colour)
{
    private const int NameWidth = 10;
    private static readonly string[] Palette = ["36", "35", "33", "32", "34", "96", "95", "93", "92", "94"];
    private readonly Lock _writing = new();
    private readonly List<string> _names = [];
    private bool _gone;

    /// <summary>Standard output, without colour when it is no terminal or <c>NO_COLOR</c> is set.</summary>
    public static ConsoleOutput Standard() => new(
        Console.Out, !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    public void Line(string name, string text)
    {
        lock (_writing)
        {
            Write($"{Paint(name)} {text}");
        }
    }

    /// <summary>Text that is from nobody in particular, such as the start-up table, in one piece.</summary>
    public void Block(string text)
    {
        lock (_writing)
        {
            Write(text);
        }
    }

    // A terminal window that was closed takes the console with it, and stopping in order matters more than saying so.
    private void Write(string text)
    {
        if (_gone)
        {
            return;
        }

        try
        {
            writer.WriteLine(text);
            writer.Flush();
        }
        catch (IOException)
        {
            _gone = true;
        }
    }

    private string Paint(string name)
    {
        var label = $"{name.PadRight(NameWidth)} |";
        if (!colour)
        {
            return label;
        }

        if (!_names.Contains(name))
        {
            _names.Add(name);
        }

        return $"\e[{Palette[_names.IndexOf(name) % Palette.Length]}m{label}\e[0m";
    }
}
