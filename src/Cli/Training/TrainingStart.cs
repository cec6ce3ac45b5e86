using System.CommandLine;

namespace Attune.Cli.Training;

/// <summary>From a parsed command line to a running training.</summary>
internal static class TrainingStart
{
    /// <summary>What help says below the examples of each training command.</summary>
    public const string Notes = """
        Killed or interrupted, a training loses nothing but the steps since its last checkpoint: the same command resumes, and the weights
        are bit for bit those of a training that was not interrupted. DIR/training/learning-curve.csv and .png show its course.


        """ + ExitCode.TrainingHelp;

    /// <summary>Runs a training to its end on a thread of its own: libtorch's state belongs to its thread, and Ctrl-C needs the caller's.</summary>
    /// <param name="parsed">Gives output and error.</param>
    /// <param name="problems">Rules that the values break together.</param>
    /// <param name="read">Gives the values; called if there are no problems.</param>
    /// <param name="cancellationToken">Stops after the current step.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(
        ParseResult parsed, IEnumerable<string> problems, Func<TrainingSettings> read, CancellationToken cancellationToken)
    {
        var error = parsed.InvocationConfiguration.Error;
        var found = problems.ToList();
        if (found.Count == 0)
        {
            var run = new TrainingRun(read(), new TrainingScreen(parsed.InvocationConfiguration.Output, error), TimeProvider.System);
            return Task.Factory.StartNew(
                () => run.Run(cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        foreach (var problem in found) error.WriteLine($"attune: {problem}");
        error.WriteLine($"Try 'attune {parsed.CommandResult.Command.Name} --help'.");
        return Task.FromResult(ExitCode.Usage);
    }
}
