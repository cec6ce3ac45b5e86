using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Attune.Adaptation.Checkpoints.Merging;

namespace Attune.Benchmarks;

/// <summary>Time and memory of merging two checkpoints of wav2vec2-base's shape, with a third as base where a method wants one.</summary>
internal static class MergeBenchmark
{
    public static void Run(FileInfo? output)
    {
        var work = Path.Combine(Path.GetTempPath(), "attune-benchmarks");
        string[] models = [.. Enumerable.Range(1, 3).Select(seed => RandomModel.Create(Path.Combine(work, seed == 1 ? "wav2vec2-base" : $"wav2vec2-base-{seed}"), seed))];
        var lines = new List<string>
        {
            "# Costs of merging",
            "",
            $"Two checkpoints of wav2vec2-base's shape (94.4 M parameters, float32, 378 MB each), and a third as base where the method needs one. {Environment.ProcessorCount} logical cores, "
                + $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}. Everything is counted: hashing what goes in and what comes out, and flushing to the disk. Processor time says what the machine had to do where others kept it busy.",
            "",
            "Made by `dotnet run -c Release --project load-tests/Benchmarks -- merge --out load-tests/Benchmarks/MERGING.md`.",
            "",
            "| method | s | s of processor time | peak resident memory, MB |",
            "|---|---|---|---|",
        };
        foreach (var line in lines) Console.WriteLine(line);

        foreach (var method in MergeMethods.All)
        {
            lines.Add(Measure(method, models, work));
            Console.WriteLine(lines[^1]);
        }

        if (output is not null) File.WriteAllLines(output.FullName, lines);
    }

    private static string Measure(MergeMethod method, string[] models, string work)
    {
        var recipe = Path.Combine(work, "recipe.yml");
        File.WriteAllText(recipe, Recipe(method, models));
        var merged = Path.Combine(work, "merged");
        if (Directory.Exists(merged)) Directory.Delete(merged, recursive: true);
        Measurement.ResetPeak();
        using var process = Process.GetCurrentProcess();
        var processorTime = process.TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        CheckpointMerger.Merge(MergeRecipe.Read(recipe), merged, seed: 1, progress: null, CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        process.Refresh();
        var processorSeconds = (process.TotalProcessorTime - processorTime).TotalSeconds;
        var peak = Measurement.Peak();
        Directory.Delete(merged, recursive: true);
        return string.Create(CultureInfo.InvariantCulture, $"| `{method.Name}` | {seconds:0.0} | {processorSeconds:0.0} | {peak:0} |");
    }

    private static string Recipe(MergeMethod method, string[] models)
    {
        var names = method.ModelParameters.Select(parameter => parameter.Name).ToArray();
        var weight = names.Contains("weight") ? "parameters: { weight: 0.5 }" : string.Empty;
        var lines = new List<string> { $"merge_method: {method.Name}", "models:" };
        foreach (var model in models.Take(Math.Clamp(2, method.MinModels, method.MaxModels)))
            lines.AddRange([$"  - model: {model}", $"    {weight}"]);
        if (method.Base == BaseUse.Required) lines.Add($"base_model: {models[2]}");
        var parameters = new List<string>();
        if (method.Parameters.Any(parameter => parameter.Name == "t")) parameters.Add("t: 0.5");
        if (names.Contains("density")) parameters.Add("density: 0.5");
        if (parameters.Count > 0) lines.Add($"parameters: {{ {string.Join(", ", parameters)} }}");
        return string.Join('\n', lines);
    }
}
