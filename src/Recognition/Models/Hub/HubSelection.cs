namespace Attune.Recognition.Models.Hub;

/// <summary>Which of a hub's files a model folder needs.</summary>
/// <remarks>Thread-safe.</remarks>
internal static class HubSelection
{
    private static readonly string[] Speech = ["config.json", "vocab.json", "preprocessor_config.json"];
    private static readonly string[] Gpt2 = ["config.json", "vocab.json", "merges.txt"];
    private static readonly string[] Bert = ["config.json", "vocab.txt"];
    private static readonly string[] Optional = ["added_tokens.json", "special_tokens_map.json", "tokenizer_config.json"];

    /// <summary>The files to fetch.</summary>
    /// <param name="reference">The model, for messages.</param>
    /// <param name="names">All files that the hub has of it.</param>
    /// <exception cref="HubException">NoModel: some are missing.</exception>
    public static IReadOnlyList<string> Of(HubReference reference, IReadOnlyList<string> names)
    {
        var needed = names.Contains("preprocessor_config.json") ? Speech : names.Contains("merges.txt") ? Gpt2 : names.Contains("vocab.txt") ? Bert : Speech;
        var missing = needed.Except(names).ToArray();
        var weights = names.Contains("model.safetensors")
            ? ["model.safetensors"]
            : names.Where(name => name == "model.safetensors.index.json" || IsShard(name)).ToArray();
        if (missing.Length == 0 && weights.Length > 0) return [.. needed, .. Optional.Intersect(names), .. weights];

        var advice = weights.Length == 0 && names.Contains("pytorch_model.bin")
            ? "It has pytorch_model.bin only. The hub may have a converted copy: try @refs/pr/1, or convert it with save_pretrained of transformers."
            : "Is it a speech model with a CTC vocabulary, a GPT-2 or a BERT?";
        throw new HubException(
            HubError.NoModel, $"{reference} lacks {string.Join(", ", missing.Concat(weights.Length == 0 ? ["model.safetensors"] : []))}. {advice}");
    }

    private static bool IsShard(string name) =>
        name.StartsWith("model-", StringComparison.Ordinal) && name.EndsWith(".safetensors", StringComparison.Ordinal) && !name.Contains('/', StringComparison.Ordinal);
}
