using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>What is written down about a merge: in the metadata of the weights, and as the model's card.</summary>
internal sealed class MergeProvenance(MergeRecipe recipe, int seed, IReadOnlyList<MergedModel> sources, IReadOnlyList<string> copied)
{
    /// <summary>Key of the metadata that holds a JSON object with <c>method</c>, <c>seed</c>, <c>recipe</c> and <c>models</c>.</summary>
    public const string MetadataKey = "attune.merge";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Metadata of the safetensors file. The same merge gives the same text: no time, no place.</summary>
    public IReadOnlyDictionary<string, string> Metadata => new Dictionary<string, string>
    {
        ["format"] = "pt",
        [MetadataKey] = JsonSerializer.Serialize(new { method = recipe.Method.Name, seed, recipe = recipe.Text, models = sources }, Json),
    };

    /// <summary>The card: Markdown with the metadata that Hugging Face reads.</summary>
    /// <param name="name">The new model's name.</param>
    public string Card(string name)
    {
        var text = new StringBuilder("---\npipeline_tag: automatic-speech-recognition\ntags:\n  - speech\n  - ctc\n  - merge\n---\n\n");
        text.Append(CultureInfo.InvariantCulture, $"# {name}\n\nMerged from {recipe.Models.Count} models with {recipe.Method.Title} ");
        text.Append(CultureInfo.InvariantCulture, $"(`{recipe.Method.Name}`, {recipe.Method.Reference}), seed {seed}.\n\n");
        text.Append("| role | model | SHA-256 of its weights |\n|---|---|---|\n");
        foreach (var source in sources) text.Append(CultureInfo.InvariantCulture, $"| {source.Role} | {source.Name} | `{source.Sha256}`{Revision(source)} |\n");
        if (copied.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"\nNot in all of them, and so taken from one: {string.Join(", ", copied.Select(item => $"`{item}`"))}.\n");
        return text.Append(CultureInfo.InvariantCulture, $"\n## Recipe\n\n```yaml\n{recipe.Text.TrimEnd()}\n```\n").ToString();
    }

    private static string Revision(MergedModel source) => source.RevisionSha256 is { } sha256 ? $", of the revision `{sha256}`" : "";
}
