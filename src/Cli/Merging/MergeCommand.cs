using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.Adaptation.Checkpoints.Merging;

namespace Attune.Cli.Merging;

/// <summary><c>attune merge</c>: one model of several, by a recipe.</summary>
internal static class MergeCommand
{
    /// <summary>Examples and notes for help.</summary>
    public static readonly string Notes = $"""
        Examples:
          attune merge recipe.yml --out merged
          attune merge recipe.yml --out merged --seed 7 --json

        A recipe, in MergeKit's YAML; paths are relative to it:
          merge_method: ties
          base_model: ../models/base
          models:
            - model: digits
              parameters:
                weight: 1.0
                density: [0.3, 0.7]            # from the first transformer layer to the last
            - model: street-noise
              parameters:
                weight:
                  - filter: feature_extractor  # tensors whose name contains this
                    value: 0
                  - value: 0.5                 # all others
          parameters:
            normalize: true
          dtype: float32

        Another: what makes real speech different from synthetic speech, added to a model that knows only synthetic speech (C + A - B):
          merge_method: analogy
          base_model: target-synthetic
          models: [model: general-real, model: general-synthetic]

        Methods: {string.Join(", ", MergeMethods.All.Select(method => method.Name))}.
        docs/merging.md has the parameters of each.

        Exit status:
          0    the model is there
          1    the recipe is wrong, the models do not fit together, or the output cannot be written; nothing is left behind
          2    the command line was not understood
          130  interrupted (Ctrl-C); nothing is left behind
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var recipe = new Argument<FileInfo>("RECIPE") { HelpName = "RECIPE.yml", Description = "What to merge, and how." };
        recipe.AcceptExistingOnly();
        var output = new Option<string>("--out") { HelpName = "DIR", Description = "The new model folder; it must not exist yet.", Required = true };
        var seed = NumberOption.Create<int>(
            "--seed", "N", new RangeAttribute(0, int.MaxValue), "Seed of methods that choose at random. The same seed gives the same bytes.");
        seed.DefaultValueFactory = _ => 0;
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var command = new Command("merge", "Make one model of several.") { recipe, output, seed, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            var run = new MergeRun(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(json), TimeProvider.System);
            return Task.Run(
                () => run.Run(parsed.GetRequiredValue(recipe).FullName, parsed.GetRequiredValue(output), parsed.GetValue(seed), cancellationToken),
                CancellationToken.None);
        });
        return command;
    }
}
