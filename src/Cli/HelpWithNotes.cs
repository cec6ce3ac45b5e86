using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Attune.Cli;

/// <summary>The parser's own help, and below it what a command has to say further: examples, notes, exit status.</summary>
/// <param name="help">Writes usage, arguments and options.</param>
/// <param name="notes">Text for each command that has some.</param>
internal sealed class HelpWithNotes(HelpAction help, IReadOnlyDictionary<Command, string> notes) : SynchronousCommandLineAction
{
    /// <summary>Columns beyond which lines are hard to read, and those of the notes.</summary>
    private const int MaxWidth = 120;

    /// <summary>A request for help is answered even if the rest of the command line is wrong.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        help.MaxWidth = Math.Min(help.MaxWidth, MaxWidth);
        help.Invoke(parseResult);
        if (notes.TryGetValue(parseResult.CommandResult.Command, out var text))
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine(text);
            output.WriteLine();
        }

        return ExitCode.Success;
    }
}
