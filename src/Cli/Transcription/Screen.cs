using Spectre.Console;

namespace Attune.Cli.Transcription;

/// <summary>Standard output and standard error, with a progress bar on the latter where it is a terminal.</summary>
/// <remarks>Nothing but results reaches an output that is redirected.</remarks>
internal sealed class Screen
{
    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly IAnsiConsole _errorConsole;
    private readonly bool _isOutputTerminal;
    private bool _hasBar;

    public Screen(TextWriter output, TextWriter error)
    {
        _output = output;
        _error = error;
        var outputConsole = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        // Detection calls a redirected output not interactive, although the bar is on the other stream.
        _errorConsole = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error), Interactive = InteractionSupport.Yes });
        _isOutputTerminal = outputConsole.Profile.Out.IsTerminal;
        Ink = new Ink(_isOutputTerminal && outputConsole.Profile.Capabilities is { Ansi: true, ColorSystem: not ColorSystem.NoColors });
    }

    /// <summary>Colours of the output; none where it is redirected or NO_COLOR is set.</summary>
    public Ink Ink { get; }

    /// <summary>Writes a result.</summary>
    public void WriteOutput(string text) => Write(_output, text, _hasBar && _isOutputTerminal);

    /// <summary>Writes a problem.</summary>
    public void WriteError(string text) => Write(_error, text, _hasBar);

    /// <summary>Does work under a progress bar, if there is a terminal and more than one file.</summary>
    public async Task WithProgressAsync(int files, Func<FileProgress, Task> work)
    {
        if (files < 2 || !_errorConsole.Profile.Out.IsTerminal || !_errorConsole.Profile.Capabilities.Ansi)
        {
            await work(new FileProgress(null));
            return;
        }

        var progress = _errorConsole.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new CountColumn(), new RemainingTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left });
        try
        {
            _hasBar = true;
            await progress.StartAsync(context => work(new FileProgress(context.AddTask("Starting", maxValue: files))));
        }
        finally
        {
            _hasBar = false;
        }
    }

    /// <summary>Text on the terminal that shows the bar goes through the bar's console, which moves the bar out of the way.</summary>
    private void Write(TextWriter writer, string text, bool aboveBar)
    {
        const string clearToEndOfLine = "\u001b[K";
        if (text.Length == 0) return;
        if (aboveBar) _errorConsole.Write(new ControlCode(text.Replace("\n", clearToEndOfLine + "\n", StringComparison.Ordinal)));
        else writer.Write(text);
        writer.Flush();
    }
}

/// <summary>The bar's position.</summary>
/// <param name="task">Null where there is no bar.</param>
internal sealed class FileProgress(ProgressTask? task)
{
    /// <summary>A file is at work.</summary>
    public void Begin(string name)
    {
        if (task is not null) task.Description = Markup.Escape(name);
    }

    /// <summary>It is done.</summary>
    public void End() => task?.Increment(1);
}
