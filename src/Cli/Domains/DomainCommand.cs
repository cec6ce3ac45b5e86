using System.CommandLine;
using System.ComponentModel.DataAnnotations;

namespace Attune.Cli.Domains;

/// <summary><c>attune domain</c>: what domains of a server have learnt, and what to do about it.</summary>
internal static class DomainCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune domain list                           every domain of the server of this machine
          attune domain show line-7 --json             one of them, for programs
          attune domain revisions line-7               what it learnt, the newest first, with the gate's verdicts
          attune domain reset line-7 --revision 12     back to an earlier revision; without --revision to the model itself
          attune domain export line-7 --out line-7.safetensors   what it learnt, to be merged: 'revision' in recipes of 'attune merge'
          attune domain freeze line-7                  serve as it is; 'unfreeze' lets it learn again
          attune domain revisions orders --model story   what it learnt of a text model; so with list, show, reset, export, freeze, unfreeze and watch
          attune domain reset orders --model story --revision 2   back to an earlier revision of that
          attune domain language set line-7 orders.txt --hotword "extension nine=6"   what is said there, to be recognised better
          attune domain language show line-7           what the domain was told; 'language delete' forgets it
          attune domain examples add orders orders.jsonl --model story   texts like those that will be asked about, for a text model to adapt to
          attune domain examples list orders           them with their ids and ends; 'examples delete orders ID' takes one away, 'examples delete orders --yes' all
          attune domain delete line-7 --yes            audio, transcripts and weights, for good
          attune domain watch --from 0                 everything that the log still has, and what comes, until Ctrl-C

        """ + ServerArguments.Notes + """

        Text of 'language set' is a sentence a line, 256 KB at most; of a manifest (.jsonl) the field text of each line is taken. It replaces what the domain was told before.

        With --json each domain, revision, event or example is one JSON object a line, in the JSON form of adaptation.proto and text.proto.

        Exit status:
          0    done; for watch, interrupted (Ctrl-C)
          1    the server refused: there is no such domain, revision or model, or the key may not do it; or a file cannot be read or written
          2    the command line was not understood, or a value is out of range
          3    the server cannot be reached, or its store
          130  interrupted (Ctrl-C)
        """;

    /// <summary>Examples and notes for help of <c>attune domain examples</c>.</summary>
    public const string ExampleNotes = """
        Examples:
          attune domain examples add orders orders.jsonl --model story --days 90
          attune domain examples add calls moods.jsonl --model mood          for a classifier: each line has a label
          attune domain examples list orders --model story --json
          attune domain examples delete orders 0199c2f4e6a17d6c8f0b5a3e9d7c1b20
          attune domain examples delete orders --model story --yes           all of them

        A file has one JSON object a line: {"text": "Two hundred sheets, A4, by Friday."}, and for a classifier {"text": "what a day", "label": "positive"}. Other fields are
        ignored. Requests that name the domain are adapted to the examples most like them.

        """ + ServerArguments.Notes + """

        Exit status:
          0    done
          1    the server refused, or the file cannot be read or has wrong lines, of which nothing is added then; the message says which
          2    the command line was not understood, or --yes is missing
          3    the server cannot be reached, or its store
          130  interrupted (Ctrl-C); of a file whose examples were added in part the message says how far
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var server = new ServerArguments();
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line, and nothing else.", Recursive = true };
        var revision = new Option<long>("--revision") { HelpName = "N", Description = "Number of the revision; the model itself if not given." };
        revision.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() is < 0 and var number) result.AddError($"--revision must be 0 or more. Given: {number}.");
        });
        var exported = new Option<long>("--revision") { HelpName = "N", Description = "Number of the revision; the one that serves if not given." };
        exported.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() is < 1 and var number) result.AddError($"--revision must be 1 or more. Given: {number}.");
        });
        var learner = new Option<string>("--model") { HelpName = "NAME", Description = "The text model that it is learnt with; the speech model if not given." };
        var file = new Option<FileInfo>("--out") { HelpName = "FILE", Description = "The safetensors file to write. It must not exist.", Required = true };
        var yes = new Option<bool>("--yes") { Description = "Say that you mean it: nothing brings a deleted domain back." };
        var from = new Option<long?>("--from") { HelpName = "ID", Description = "Begin after the event with this id; 0 for the oldest. Only new events if not given." };
        var optionalName = Name();
        optionalName.Arity = ArgumentArity.ZeroOrOne;
        optionalName.Description = "Only events of this domain.";

        var command = new Command("domain", "Look after what the domains of a server have learnt.") { json };
        server.AddTo(command);
        Add("list", "List all domains.", [learner], (run, parsed, token) => run.ListAsync(ModelOf(parsed), token));
        Add("show", "Show one domain.", [Name(), learner], (run, parsed, token) => run.ShowAsync(NameOf(parsed), ModelOf(parsed), token));
        Add("revisions", "List the revisions of a domain, the newest first.", [Name(), learner],
            (run, parsed, token) => run.ListRevisionsAsync(NameOf(parsed), ModelOf(parsed), token));
        Add("reset", "Take a domain back to an earlier revision, or to the model.", [Name(), learner, revision],
            (run, parsed, token) => run.ResetAsync(NameOf(parsed), ModelOf(parsed), parsed.GetValue(revision), token));
        Add("export", "Write a revision of a domain to a file.", [Name(), learner, exported, file],
            (run, parsed, token) => run.ExportAsync(NameOf(parsed), ModelOf(parsed), parsed.GetValue(exported), parsed.GetRequiredValue(file).FullName, token));
        Add("freeze", "Let a domain serve as it is, without learning.", [Name(), learner],
            (run, parsed, token) => run.FreezeAsync(NameOf(parsed), ModelOf(parsed), unfreeze: false, token));
        Add("unfreeze", "Let a frozen domain learn again.", [Name(), learner],
            (run, parsed, token) => run.FreezeAsync(NameOf(parsed), ModelOf(parsed), unfreeze: true, token));
        Add("delete", "Delete a domain: audio, transcripts, examples and weights, of all models.", [Name(), yes],
            (run, parsed, token) => run.DeleteAsync(NameOf(parsed), parsed.GetValue(yes), token));
        Add("watch", "Show what happens to domains, until Ctrl-C.", [optionalName, learner, from],
            (run, parsed, token) => run.WatchAsync(parsed.GetValue(optionalName) ?? "", ModelOf(parsed), parsed.GetValue(from), token));

        var texts = new Argument<string[]>("TEXT") { Arity = ArgumentArity.ZeroOrMore, Description = "What is said there: text, a sentence a line, or a manifest (.jsonl)." };
        var hotwords = HotwordOption.Create();
        var days = NumberOption.Create<double>("--days", "N", new RangeAttribute(0.001, 365), "Days after which it is forgotten; the server's setting if not given.");
        var language = new Command("language", "Tell a domain what is said there: text and hotwords.");
        command.Subcommands.Add(language);
        AddTo(language, "set", "Tell it, in place of what it was told before.", [Name(), texts, hotwords, days],
            (run, parsed, token) => run.SetLanguageAsync(
                NameOf(parsed), parsed.GetValue(texts) ?? [], parsed.GetValue(hotwords) ?? [], parsed.GetResult(days) is null ? null : TimeSpan.FromDays(parsed.GetValue(days)), token));
        AddTo(language, "show", "Show what it was told.", [Name()], (run, parsed, token) => run.ShowLanguageAsync(NameOf(parsed), token));
        AddTo(language, "delete", "Let it forget what it was told. Weights and audio stay.", [Name()], (run, parsed, token) => run.DeleteLanguageAsync(NameOf(parsed), token));
        var examples = new Command("examples", "Give a domain texts that a text model adapts to.");
        command.Subcommands.Add(examples);
        var lines = new Argument<FileInfo>("FILE") { HelpName = "FILE.jsonl", Description = "The examples, one JSON object a line." };
        lines.AcceptExistingOnly();
        var model = new Option<string>("--model") { HelpName = "NAME", Description = "The text model that they are for; the only one if not given." };
        var kept = NumberOption.Create<double>("--days", "N", new RangeAttribute(0.001, 365), "Days after which they are gone; the server's setting if not given.");
        var skip = new Option<bool>("--skip-invalid") { Description = "Leave out lines that are wrong instead of refusing the file." };
        var ids = new Argument<string[]>("ID") { Arity = ArgumentArity.ZeroOrMore, Description = "Ids of those that are to go, as 'examples list' shows them; with --yes all if none is given." };
        AddTo(examples, "add", "Add the examples of a file.", [Name(), lines, model, kept, skip],
            (run, parsed, token) => run.Examples(parsed.GetValue(model)).AddAsync(
                NameOf(parsed), parsed.GetRequiredValue(lines).FullName, parsed.GetValue(skip), parsed.GetResult(kept) is null ? null : TimeSpan.FromDays(parsed.GetValue(kept)), token));
        AddTo(examples, "list", "List them, the one first that is gone first.", [Name(), model], (run, parsed, token) => run.Examples(parsed.GetValue(model)).ListAsync(NameOf(parsed), token));
        AddTo(examples, "delete", "Delete some of them, or all.", [Name(), ids, model, yes],
            (run, parsed, token) => run.Examples(parsed.GetValue(model)).DeleteAsync(NameOf(parsed), parsed.GetValue(ids) ?? [], parsed.GetValue(yes), token));
        return command;

        string ModelOf(ParseResult parsed) => parsed.GetValue(learner) ?? "";

        void Add(string name, string description, Symbol[] symbols, Func<DomainRun, ParseResult, CancellationToken, Task> action) =>
            AddTo(command, name, description, symbols, action);

        void AddTo(Command parent, string name, string description, Symbol[] symbols, Func<DomainRun, ParseResult, CancellationToken, Task> action)
        {
            var subcommand = new Command(name, description);
            foreach (var symbol in symbols)
            {
                if (symbol is Argument argument) subcommand.Arguments.Add(argument);
                else subcommand.Options.Add((Option)symbol);
            }

            subcommand.SetAction((parsed, cancellationToken) =>
            {
                var run = new DomainRun(
                    server.Read(parsed), parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
                return run.RunAsync(token => action(run, parsed, token), cancellationToken);
            });
            parent.Subcommands.Add(subcommand);
        }
    }

    private static Argument<string?> Name() => new("DOMAIN") { Arity = ArgumentArity.ExactlyOne, Description = "Name of the domain." };

    private static string NameOf(ParseResult parsed) => parsed.GetRequiredValue<string>("DOMAIN");
}
