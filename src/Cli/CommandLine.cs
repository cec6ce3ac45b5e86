using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using Attune.Cli.Checkpoints;
using Attune.Cli.Domains;
using Attune.Cli.Editing;
using Attune.Cli.Evaluation;
using Attune.Cli.Keys;
using Attune.Cli.Language;
using Attune.Cli.Listening;
using Attune.Cli.Merging;
using Attune.Cli.Pulling;
using Attune.Cli.Replaying;
using Attune.Cli.Serving;
using Attune.Cli.Texts;
using Attune.Cli.Training;
using Attune.Cli.Transcription;

namespace Attune.Cli;

/// <summary>The program as a function: arguments in, text and exit status out.</summary>
internal static class CommandLine
{
    private const string Description = "Attune recognises speech and adapts to every utterance it hears.";

    private const string Notes = """
        Examples:
          attune transcribe samples/*.wav          recognise files, with and without adaptation
          attune transcribe --json call.flac       the same for programs
          attune serve                             answer requests over gRPC and HTTP
          attune health                            whether a server takes requests
          attune key new alice                     let somebody in whom the server is to know
          attune listen call.wav                   words while they are spoken, from a server
          attune domain list                       what domains have learnt, from a server
          attune replay line-7/5f1c...             recompute a final from what is stored, to audit it
          attune finetune --manifest train.jsonl --validation held-out.jsonl --out my-model
          attune eval --manifest test.jsonl --noise white@10 --strategies none,suta
          attune lm build orders.txt --out orders.arpa   a language model from text
          attune text score --model gpt2 "a text"  how probable a text model finds a text
          attune edit gpt2 facts.jsonl --out new   change facts that a text model knows
          attune merge recipe.yml --out merged     one model of several
          attune pull facebook/wav2vec2-base-960h  fetch a model from a hub
          attune checkpoint activate 3f2a          let a running server take another model

        'attune COMMAND --help' says more about a command.
        """;

    /// <summary>How long an interrupted command may take to stop: the longest step, or a server that drains.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromMinutes(1);

    /// <summary>Runs a command.</summary>
    /// <param name="args">Without the program's name.</param>
    /// <param name="output">Results and help that was asked for.</param>
    /// <param name="error">Problems and progress.</param>
    /// <param name="serve">Runs the server with configuration arguments until it is stopped; other than 0 if it could not start.</param>
    /// <param name="cancellationToken">Stops like Ctrl-C.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args,
        TextWriter output,
        TextWriter error,
        Func<string[], Task<int>> serve,
        CancellationToken cancellationToken = default)
    {
        var parsed = CreateRoot(serve).Parse(args.Count == 0 ? ["--help"] : args);
        if (parsed.Action is ParseErrorAction) return ReportUsage(parsed, error);
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            ProcessTerminationTimeout = StopTimeout,
            EnableDefaultExceptionHandler = false, // an exception that nobody expects is a bug: the runtime shows where
        };
        return await parsed.InvokeAsync(configuration, cancellationToken);
    }

    private static RootCommand CreateRoot(Func<string[], Task<int>> serve)
    {
        var transcribe = TranscribeCommand.Create();
        var serving = ServeCommand.Create(serve);
        var health = HealthCommand.Create();
        var listen = ListenCommand.Create();
        var domain = DomainCommand.Create();
        var replay = ReplayCommand.Create();
        var train = TrainCommand.Create();
        var fineTune = FineTuneCommand.Create();
        var mergeAdapter = MergeAdapterCommand.Create();
        var eval = EvalCommand.Create();
        var languageModel = LanguageModelCommand.Create();
        var merge = MergeCommand.Create();
        var pull = PullCommand.Create();
        var checkpoint = CheckpointCommand.Create();
        var key = KeyCommand.Create();
        var text = TextCommand.Create();
        var edit = EditCommand.Create();
        var root = new RootCommand(Description) { transcribe, serving, health, listen, domain, replay, train, fineTune, mergeAdapter, languageModel, text, edit, merge, pull, checkpoint, key, eval };
        var notes = new Dictionary<Command, string>
        {
            [root] = Notes,
            [transcribe] = TranscribeCommand.Notes,
            [serving] = ServeCommand.Notes,
            [health] = HealthCommand.Notes,
            [listen] = ListenCommand.Notes,
            [domain] = DomainCommand.Notes,
            [replay] = ReplayCommand.Notes,
            [train] = TrainCommand.Notes,
            [fineTune] = FineTuneCommand.Notes,
            [mergeAdapter] = MergeAdapterCommand.Notes,
            [eval] = EvalCommand.Notes,
            [languageModel] = LanguageModelCommand.Notes,
            [merge] = MergeCommand.Notes,
            [pull] = PullCommand.Notes,
            [checkpoint] = CheckpointCommand.Notes,
            [key] = KeyCommand.Notes,
            [text] = TextCommand.Notes,
            [text.Subcommands.Single(command => command.Name == "train")] = TextTrainCommand.Notes,
            [text.Subcommands.Single(command => command.Name == "finetune")] = TextFineTuneCommand.Notes,
            [edit] = EditCommand.Notes,
        };
        foreach (var command in edit.Subcommands) notes[command] = EditCommand.Notes;
        var examples = domain.Subcommands.Single(command => command.Name == "examples");
        foreach (var command in examples.Subcommands.Append(examples)) notes[command] = DomainCommand.ExampleNotes;
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help }) option.Action = new HelpWithNotes(help, notes);
            else if (option is VersionOption) option.Action = new ShowVersion();
        }

        return root;
    }

    private static int ReportUsage(ParseResult parsed, TextWriter error)
    {
        foreach (var problem in parsed.Errors) error.WriteLine($"attune: {problem.Message}");
        var path = "";
        for (var command = parsed.CommandResult.Command; command is not (null or RootCommand); command = command.Parents.OfType<Command>().FirstOrDefault())
            path = $"{command.Name} {path}";
        error.WriteLine($"Try 'attune {path}--help'.");
        return ExitCode.Usage;
    }

    private sealed class ShowVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            // The build may append "+" and a commit.
            var version = typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            parseResult.InvocationConfiguration.Output.WriteLine($"attune {version.Split('+')[0]}");
            return ExitCode.Success;
        }
    }
}
