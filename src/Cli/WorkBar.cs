using Spectre.Console;

namespace Attune.Cli;

/// <summary>A progress bar on standard error while something is at work, where that is a terminal.</summary>
internal static class WorkBar
{
    /// <summary>Does work that tells how much is done, of how much in all.</summary>
    /// <param name="error">Standard error.</param>
    /// <param name="description">Stands beside the bar.</param>
    /// <param name="columns">What the bar shows further.</param>
    /// <param name="work">Is given the function to call with done and total; from any thread.</param>
    public static T Run<T>(TextWriter error, string description, IReadOnlyList<ProgressColumn> columns, Func<Action<double, double>, T> work)
    {
        // Detection calls a redirected output not interactive, although the bar is on the other stream.
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error), Interactive = InteractionSupport.Yes });
        if (!console.Profile.Out.IsTerminal || !console.Profile.Capabilities.Ansi) return work((_, _) => { });
        return console.Progress()
            .AutoClear(true)
            .Columns([new TaskDescriptionColumn(), new ProgressBarColumn(), .. columns])
            .Start(context =>
            {
                var bar = context.AddTask(Markup.Escape(description));
                return work((done, total) =>
                {
                    bar.MaxValue = total;
                    bar.Value = done;
                });
            });
    }
}
