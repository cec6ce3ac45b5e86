using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.V1;

namespace Attune.Cli.Checkpoints;

/// <summary><c>attune checkpoint</c>: what a server may serve, and what it does.</summary>
internal static class CheckpointCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune serve --Checkpoints:Folder=/var/lib/attune/checkpoints
          attune checkpoint import my-model
          attune checkpoint list
          attune checkpoint activate 3f2a
          attune checkpoint rollback
          attune checkpoint activate 81c0 --model story      a text model; 'rollback --model story' goes back
          attune checkpoint merge recipe.yml --name street-and-phone

        Paths are on the server's machine, the recipe's own excepted. A recipe's models are full ids of checkpoints. While a checkpoint is
        activated everybody is served; requests at work at that moment end with the model that they began with. On several replicas, each
        activates it from its own Checkpoints:Folder, which may be the same one. A checkpoint serves as the speech model, or with --model as that
        text model (Text:Models:NAME); it must be of the same kind, and 'list' tells the kinds.

        """ + ServerArguments.Notes + """

        Exit status:
          0    done
          1    the server refused; the message says why
          2    the command line was not understood
          3    the server cannot be reached
          130  interrupted (Ctrl-C); a merge is given up
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var server = new ServerArguments();
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON.", Recursive = true };
        var command = new Command("checkpoint", "Import, merge, activate and roll back what a server serves.")
        {
            json, Import(server, json), Merge(server, json), List(server, json), Activate(server, json), Rollback(server, json),
        };
        server.AddTo(command);
        return command;
    }

    private static Command Import(ServerArguments server, Option<bool> json)
    {
        var folder = new Argument<string>("DIR") { Description = "A model folder on the server's machine." };
        var name = Name("the folder's name");
        var command = new Command("import", "Copy a model folder into the server's store.") { folder, name };
        command.SetAction((parsed, cancellationToken) => Run(parsed, server, json).CallAsync(
            (client, run) => run.PrintAsync(client.ImportAsync(
                new ImportCheckpointRequest { Folder = Path.GetFullPath(parsed.GetRequiredValue(folder)), Name = parsed.GetValue(name) ?? "" },
                cancellationToken: cancellationToken)),
            cancellationToken));
        return command;
    }

    private static Command Merge(ServerArguments server, Option<bool> json)
    {
        var recipe = new Argument<FileInfo>("RECIPE") { HelpName = "RECIPE.yml", Description = "What to merge, and how." };
        recipe.AcceptExistingOnly();
        var name = Name("the method's name");
        var seed = NumberOption.Create<int>("--seed", "N", new RangeAttribute(0, int.MaxValue), "Seed of methods that choose at random.");
        seed.DefaultValueFactory = _ => 0;
        var command = new Command("merge", "Make one checkpoint of several.") { recipe, name, seed };
        command.SetAction((parsed, cancellationToken) => Run(parsed, server, json).CallAsync(
            async (client, run) => await run.MergeAsync(
                client,
                new MergeCheckpointsRequest
                {
                    Recipe = await File.ReadAllTextAsync(parsed.GetRequiredValue(recipe).FullName, cancellationToken),
                    Name = parsed.GetValue(name) ?? "",
                    Seed = parsed.GetValue(seed),
                },
                cancellationToken),
            cancellationToken));
        return command;
    }

    private static Command List(ServerArguments server, Option<bool> json)
    {
        var command = new Command("list", "All checkpoints, the newest first, and which one serves.");
        command.SetAction((parsed, cancellationToken) => Run(parsed, server, json).CallAsync(
            (client, run) => run.PrintAsync(client.ListAsync(new ListCheckpointsRequest(), cancellationToken: cancellationToken)), cancellationToken));
        return command;
    }

    private static Command Activate(ServerArguments server, Option<bool> json)
    {
        var id = new Argument<string>("ID") { Description = "Id of the checkpoint, or the beginning of it." };
        var model = TextModel();
        var force = new Option<bool>("--override-gate") { Description = "Let it serve even if the gate says no. That is recorded." };
        var command = new Command("activate", "Let a checkpoint serve.") { id, model, force };
        command.SetAction((parsed, cancellationToken) => Run(parsed, server, json).CallAsync(
            (client, run) => run.PrintAsync(client.ActivateAsync(
                new ActivateCheckpointRequest { Id = parsed.GetRequiredValue(id), Model = parsed.GetValue(model) ?? "", OverrideGate = parsed.GetValue(force) },
                cancellationToken: cancellationToken)),
            cancellationToken));
        return command;
    }

    private static Command Rollback(ServerArguments server, Option<bool> json)
    {
        var model = TextModel();
        var command = new Command("rollback", "Go back to what served before.") { model };
        command.SetAction((parsed, cancellationToken) => Run(parsed, server, json).CallAsync(
            (client, run) => run.PrintAsync(client.RollbackAsync(new RollbackCheckpointRequest { Model = parsed.GetValue(model) ?? "" }, cancellationToken: cancellationToken)),
            cancellationToken));
        return command;
    }

    private static Option<string> TextModel() => new("--model") { HelpName = "NAME", Description = "The text model in whose place it is; the speech model if not given." };

    private static Option<string> Name(string fallback) => new("--name") { HelpName = "NAME", Description = $"What to call it; {fallback} if not given." };

    private static CheckpointRun Run(ParseResult parsed, ServerArguments server, Option<bool> json) => new(
        server.Read(parsed), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(json));
}
