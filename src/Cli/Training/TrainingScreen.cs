using Spectre.Console;

namespace Attune.Cli.Training;

/// <summary>Standard output for the result and standard error for the course, with a progress bar where that is a terminal.</summary>
internal sealed class TrainingScreen
{
    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly IAnsiConsole _console;
    private ProgressTask? _bar;

    public TrainingScreen(TextWriter output, TextWriter error)
    {
        _output = output;
        _error = error;
        // Detection calls a redirected output not interactive, although the bar is on the other stream.
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error), Interactive = InteractionSupport.Yes });
    }

    /// <summary>Whether there is a bar at the moment.</summary>
    public bool HasBar => _bar is not null;

    /// <summary>Writes a result.</summary>
    public void WriteResult(string line)
    {
        _output.WriteLine(line);
        _output.Flush();
    }

    /// <summary>Writes what happens, above the bar if there is one.</summary>
    public void WriteNote(string line)
    {
        if (HasBar) _console.WriteLine(line);
        else _error.WriteLine(line);
        _error.Flush();
    }

    /// <summary>Moves the bar.</summary>
    public void MoveBar(int step, int totalSteps, string description)
    {
        if (_bar is null) return;
        _bar.MaxValue = totalSteps;
        _bar.Value = step;
        if (description.Length > 0) _bar.Description = Markup.Escape(description);
    }

    /// <summary>Does work under a progress bar, if there is a terminal.</summary>
    public void WithBar(Action work)
    {
        if (!_console.Profile.Out.IsTerminal || !_console.Profile.Capabilities.Ansi)
        {
            work();
            return;
        }

        _console.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new CountColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                _bar = context.AddTask("Starting");
                try
                {
                    work();
                }
                finally
                {
                    _bar = null;
                }
            });
    }
}
