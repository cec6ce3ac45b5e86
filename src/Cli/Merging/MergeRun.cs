using System.Globalization;
using System.Text.Json;
using Attune.Adaptation.Checkpoints.Merging;
using Attune.Recognition.Models;
using Spectre.Console;

namespace Attune.Cli.Merging;

/// <summary>One run of <c>attune merge</c>.</summary>
internal sealed class MergeRun(TextWriter output, TextWriter error, bool json, TimeProvider time)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Merges and prints the result.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(string recipePath, string folder, int seed, CancellationToken cancellationToken)
    {
        try
        {
            var recipe = MergeRecipe.Read(recipePath);
            var started = time.GetTimestamp();
            var result = WorkBar.Run(error, $"Merging with {recipe.Method.Name}", [new PercentageColumn(), new RemainingTimeColumn()], move =>
                CheckpointMerger.Merge(recipe, folder, seed, progress => move(progress.Values, progress.TotalValues), cancellationToken));
            Print(result, time.GetElapsedTime(started));
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            error.WriteLine("attune: interrupted; nothing was left behind");
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (exception is MergeException or ModelException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"attune: {exception.Message}");
            return ExitCode.RunFailed;
        }
    }

    private void Print(MergeResult result, TimeSpan elapsed)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new { result.Folder, result.Method, result.Seed, result.Sha256, result.Tensors, result.Values, result.Copied, result.Sources, Seconds = Math.Round(elapsed.TotalSeconds, 3) }, Json));
            return;
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Folder}: {result.Values} values in {result.Tensors} tensors, merged with {result.Method} in {elapsed.TotalSeconds:0.0} s"));
        foreach (var source in result.Sources) output.WriteLine($"  {source.Role,-9}{source.Name}  sha256 {source.Sha256[..12]}");
        if (result.Copied.Count > 0) output.WriteLine($"  taken from one model, because not all have them: {string.Join(", ", result.Copied)}");
        output.WriteLine($"  result   sha256 {result.Sha256}");
    }
}
