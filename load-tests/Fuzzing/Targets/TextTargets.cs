using System.Text;
using Attune.Adaptation.Checkpoints.Merging;
using Attune.Adaptation.Training;
using Attune.Evaluation.Scenarios;

namespace Attune.Fuzzing.Targets;

/// <summary>Texts that people write: recipes, which also come over the network, manifests and scenarios.</summary>
internal static class TextTargets
{
    private static readonly string[] Yaml = ["- ", ": ", "\n", "\n  ", "[", "]", "{", "}", "&a ", "*a", "? ", "| ", "> ", "---\n", "...\n", "!!str ", "%YAML 1.2\n", "<<: ", "'", "\"", "\"\\0\"", "#"];

    public static FuzzTarget Recipe(Scratch scratch) => new(
        "recipe", bytes => MergeRecipe.Read(scratch.Write("recipe.yml", bytes)).Method.Name, exception => exception is MergeException)
    {
        Tokens =
        [
            .. Yaml, "merge_method: ", "linear", "slerp", "ties", "task_arithmetic", "analogy", "model_stock", "karcher", "models:\n  - model: a\n", "base_model: ", "parameters:\n  ", "weight: ", "density: ", "t: ",
            "dtype: float32", "revision: ", "filter: ", "value: ", "ancestor: ",
        ],
    };

    public static FuzzTarget Manifest(Scratch scratch) => new(
        "manifest", bytes => ParseManifest(scratch, bytes), exception => exception is ManifestException)
    {
        Tokens = ["{", "}", "\"audio_filepath\":", "\"duration\":", "\"text\":", "\"a.wav\"", "\n", "one two", "1.5", ","],
    };

    public static FuzzTarget ExampleLines(Scratch scratch) => new("example-lines", bytes => ParseExamples(scratch, bytes), exception => exception is ManifestException)
    {
        Tokens = ["{", "}", "[", "\"text\":", "\"label\":", "\"\"", "null", "\n", "\"one\"", ",", "\\ud83d", "\uFEFF"],
    };

    public static FuzzTarget Scenario() => new(
        "scenario", bytes => ScenarioFile.Read(new StringReader(Encoding.UTF8.GetString(bytes)), "scenario", "name").Order.ToString(), exception => exception is ScenarioException)
    {
        Tokens = [.. Yaml, "order: ", "each", "cycle", "random", "conditions: [clean, white@5]", "segments: ", "from: 1", "to: 2", "utterances: ", "speech: shuffled", "name: ", "description: "],
    };

    private static string ParseExamples(Scratch scratch, byte[] bytes)
    {
        var examples = Adaptation.Text.Examples.ExampleLines.Read(scratch.Write("examples.jsonl", bytes), skipInvalid: true);
        return $"{Math.Min(examples.Count, 3)} {examples.Any(example => example.Label is null)} {examples.Any(example => example.Label is not null)}";
    }

    private static string ParseManifest(Scratch scratch, byte[] bytes)
    {
        if (!File.Exists(Path.Combine(scratch.Folder, "a.wav"))) scratch.Write("a.wav", []);
        var manifest = TrainingManifest.Read(scratch.Write("manifest.jsonl", bytes), scratch.Model, skipInvalid: true);
        return string.Join(' ', manifest.Problems.Select(problem => problem.Rule).Distinct());
    }
}
