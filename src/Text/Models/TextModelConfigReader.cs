using System.Globalization;
using System.Text.Json;
using Attune.Recognition.Models;

namespace Attune.Text.Models;

/// <summary>Reads <c>config.json</c> with the key names and defaults of Hugging Face's GPT2Config and BertConfig.</summary>
/// <remarks>
/// https://huggingface.co/docs/transformers/model_doc/gpt2#transformers.GPT2Config,
/// https://huggingface.co/docs/transformers/model_doc/bert#transformers.BertConfig. Thread-safe.
/// </remarks>
public static class TextModelConfigReader
{
    private static readonly Dictionary<string, TextArchitecture> Architectures = new(StringComparer.Ordinal)
    {
        ["GPT2LMHeadModel"] = TextArchitecture.Gpt2,
        ["BertForSequenceClassification"] = TextArchitecture.Bert,
    };

    private static readonly Dictionary<string, bool> PositionKinds = new(StringComparer.Ordinal) { ["absolute"] = true };

    private static readonly Dictionary<string, bool> ProblemKinds = new(StringComparer.Ordinal) { ["single_label_classification"] = true };

    /// <summary>Reads and checks a file.</summary>
    /// <param name="path">Path of <c>config.json</c>.</param>
    /// <exception cref="ModelException">
    /// MissingFile, UnreadableFile, InvalidJson, UnsupportedArchitecture; InvalidConfig or UnsupportedFeature with all problems in
    /// one message.
    /// </exception>
    public static TextModelConfig Read(string path)
    {
        using var json = StrictJson.ReadObject(path);
        var architecture = ReadArchitecture(path, json.RootElement);
        var fields = new JsonFields(json.RootElement);
        var config = architecture == TextArchitecture.Gpt2 ? ReadGpt2(fields) : ReadBert(fields, json.RootElement);
        if (config.LayerCount > ModelConfigReader.MaximumLayers)
            fields.Problem($"a model may have at most {ModelConfigReader.MaximumLayers} layers. Given: {config.LayerCount}");
        if (config.HiddenSize % config.HeadCount != 0)
            fields.Problem($"the number of heads must divide the hidden size. Given: {config.HeadCount} and {config.HiddenSize}");
        fields.ThrowIfAny(path, ModelError.InvalidConfig);
        return config;
    }

    /// <summary>The class of text models that a configuration names; null if it names none, or cannot be read.</summary>
    public static TextArchitecture? FindArchitecture(string path)
    {
        try
        {
            using var json = StrictJson.ReadObject(path);
            return Find(Classes(json.RootElement));
        }
        catch (ModelException)
        {
            return null;
        }
    }

    private static TextArchitecture? Find(IEnumerable<string> classes) =>
        classes.FirstOrDefault(Architectures.ContainsKey) is { } name ? Architectures[name] : null;

    private static string[] Classes(JsonElement root) => root.TryGetProperty("architectures", out var element) && element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().Select(item => item.ToString())]
        : [];

    private static TextArchitecture ReadArchitecture(string path, JsonElement root)
    {
        var found = Classes(root);
        if (Find(found) is { } architecture) return architecture;
        var given = found.Length == 0 ? "none" : string.Join(", ", found);
        var reason = given switch
        {
            "BertModel" or "BertForMaskedLM" or "BertForPreTraining" => " It has no output layer for classes: fine-tune it as a classifier first.",
            "GPT2Model" => " It has no output layer: save it as GPT2LMHeadModel.",
            _ => string.Empty,
        };
        throw new ModelException(
            ModelError.UnsupportedArchitecture,
            $"{path} must name one of {string.Join(", ", Architectures.Keys)} in 'architectures'. Given: {given}.{reason} Choose a model of "
            + "one of these classes.");
    }

    private static TextModelConfig ReadGpt2(JsonFields fields)
    {
        var vocabulary = fields.Integer("vocab_size", 50257);
        var hidden = fields.Integer("n_embd", 768);
        if (!fields.Flag("scale_attn_weights", true)) fields.Unsupported("scale_attn_weights must be true");
        if (fields.Flag("scale_attn_by_inverse_layer_idx", false)) fields.Unsupported("scale_attn_by_inverse_layer_idx is not supported");
        if (fields.Flag("add_cross_attention", false)) fields.Unsupported("add_cross_attention is not supported");
        var endOfText = fields.Integer("bos_token_id", 50256, minimum: 0);
        if (endOfText >= vocabulary) fields.Problem($"bos_token_id must be below vocab_size. Given: {endOfText} and {vocabulary}");
        return new()
        {
            Architecture = TextArchitecture.Gpt2,
            VocabularySize = vocabulary,
            ContextLength = fields.Integer("n_positions", 1024),
            HiddenSize = hidden,
            LayerCount = fields.Integer("n_layer", 12),
            HeadCount = fields.Integer("n_head", 12),
            IntermediateSize = fields.Has("n_inner") ? fields.Integer("n_inner", 4 * hidden) : 4 * hidden,
            Activation = fields.Choice("activation_function", Activation.GeluTanh, ModelConfigReader.Activations),
            LayerNormEps = fields.Positive("layer_norm_epsilon", 1e-5),
            TiedHead = fields.Flag("tie_word_embeddings", true),
            EndOfTextId = endOfText,
        };
    }

    private static TextModelConfig ReadBert(JsonFields fields, JsonElement root)
    {
        fields.Choice("position_embedding_type", true, PositionKinds);
        if (fields.Has("problem_type")) fields.Choice("problem_type", true, ProblemKinds);
        if (fields.Flag("is_decoder", false)) fields.Unsupported("is_decoder is not supported");
        return new()
        {
            Architecture = TextArchitecture.Bert,
            VocabularySize = fields.Integer("vocab_size", 30522),
            ContextLength = fields.Integer("max_position_embeddings", 512),
            HiddenSize = fields.Integer("hidden_size", 768),
            LayerCount = fields.Integer("num_hidden_layers", 12),
            HeadCount = fields.Integer("num_attention_heads", 12),
            IntermediateSize = fields.Integer("intermediate_size", 3072),
            Activation = fields.Choice("hidden_act", Activation.Gelu, ModelConfigReader.Activations),
            LayerNormEps = fields.Positive("layer_norm_eps", 1e-12),
            TokenTypeCount = fields.Integer("type_vocab_size", 2),
            Labels = ReadLabels(fields, root),
        };
    }

    private static IReadOnlyList<string> ReadLabels(JsonFields fields, JsonElement root)
    {
        if (!root.TryGetProperty("id2label", out var map)) return ["LABEL_0", "LABEL_1"];
        var labels = new SortedDictionary<int, string>();
        if (map.ValueKind == JsonValueKind.Object)
        {
            foreach (var item in map.EnumerateObject())
            {
                if (item.Value.ValueKind == JsonValueKind.String && int.TryParse(item.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                    labels[id] = item.Value.GetString()!;
            }
        }

        if (labels.Count >= 2 && labels.Keys.SequenceEqual(Enumerable.Range(0, labels.Count)) && labels.Count == map.EnumerateObject().Count())
            return [.. labels.Values];
        fields.Problem($"id2label must name at least two labels, numbered from 0 without gaps. Given: {Shorten(map.GetRawText())}");
        return ["LABEL_0", "LABEL_1"];
    }

    private static string Shorten(string text) => text.Length <= 200 ? text : text[..200] + "...";
}
