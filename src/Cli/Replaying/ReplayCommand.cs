using System.CommandLine;
using Attune.Recognition;
using Attune.Server.State;

namespace Attune.Cli.Replaying;

/// <summary><c>attune replay</c>: recomputes a final from what the server's store keeps.</summary>
internal static class ReplayCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune replay line-7/5f1c0e2ab94d4c0f8a6f0f2d3c4b5a69
          attune replay line-7/5f1c0e2ab94d4c0f8a6f0f2d3c4b5a69 --state /var/lib/attune --model models/my-model --json
          attune replay line-7/5f1c0e2ab94d4c0f8a6f0f2d3c4b5a69 --redis redis-1:6379

        The id is the field final_id of an answer. Model, revision and utterance must still be stored; their hashes are checked. Steps, rate and thread
        counts are those of the answer. The server may run or not: as the server's user, its own store is asked through the socket in its folder. A
        transcript is personal data: mind where the output goes.

        Exit status:
          0    the recomputed final is the served one, bit for bit
          1    it differs, or cannot be recomputed: unknown, expired, deleted
          2    the command line was not understood
          3    the store, the model or libtorch cannot be used, or another model recognised it
          130  interrupted (Ctrl-C)
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var id = new Argument<string>("FINAL_ID") { Description = "Id of the final: DOMAIN/ID." };
        var settings = SettingsArgument.Create();
        var model = new Option<string>("--model") { HelpName = "DIR", Description = "Folder of the model that recognised; the server's setting if not given." };
        var redis = new Option<string>("--redis") { HelpName = "HOST:PORT", Description = "The server's Redis; short for --State:Redis." };
        var state = new Option<string>("--state") { HelpName = "DIR", Description = "Folder of the server's own store; short for --State:Directory." };
        var config = SettingsArgument.CreateConfig();
        var json = new Option<bool>("--json") { Description = "Print one JSON object, and nothing else." };
        var command = new Command("replay", "Recompute a final from what is stored, and compare.") { id, settings, model, redis, state, config, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            var arguments = new List<string>();
            void Add(Option option, object? value, string key)
            {
                if (parsed.GetResult(option) is { Implicit: false }) arguments.Add($"--{key}={value}");
            }

            Add(config, parsed.GetValue(config), "config");
            Add(model, parsed.GetValue(model), $"{RecognitionOptions.Section}:{nameof(RecognitionOptions.Model)}");
            Add(redis, parsed.GetValue(redis), $"{StateOptions.Section}:{nameof(StateOptions.Redis)}");
            Add(state, parsed.GetValue(state), $"{StateOptions.Section}:{nameof(StateOptions.Directory)}");
            arguments.AddRange(parsed.GetValue(settings) ?? []);
            var run = new ReplayRun(parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return run.RunAsync(parsed.GetRequiredValue(id), [.. arguments], cancellationToken);
        });
        return command;
    }
}
