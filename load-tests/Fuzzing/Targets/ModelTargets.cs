using System.Buffers.Binary;
using Attune.Adaptation.Training;
using Attune.Recognition.Models;

namespace Attune.Fuzzing.Targets;

/// <summary>Files of models that somebody else made.</summary>
internal static class ModelTargets
{
    private static readonly string[] Json = ["{", "}", "[", "]", ":", ",", "\"", "null", "true", "false"];

    public static FuzzTarget Safetensors() => new("safetensors", ParseSafetensors, IsRefusal)
    {
        Tokens = [.. Json, "__metadata__", "dtype", "shape", "data_offsets", "F32", "F16", "BF16", "I64", "BOOL", "F8_E4M3", "[0,4]", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"],
        Repair = RepairLength,
    };

    public static FuzzTarget Config(Scratch scratch) => new(
        "config", bytes => ModelConfigReader.Read(scratch.Write("config.json", bytes)).Architecture.ToString(), IsRefusal)
    {
        Tokens =
        [
            .. Json, "architectures", "Wav2Vec2ForCTC", "HubertForCTC", "WavLMForCTC", "Data2VecAudioForCTC", "hidden_size", "num_hidden_layers", "conv_dim", "conv_kernel", "conv_stride", "vocab_size",
            "pad_token_id", "hidden_act", "gelu", "layer_norm_eps", "feat_extract_norm", "add_adapter", "1048576", "1048577",
        ],
    };

    /// <summary>Four files, one behind the other with a zero byte between them.</summary>
    public static FuzzTarget Vocabulary(Scratch scratch) => new("vocabulary", bytes => ParseVocabulary(scratch, bytes), IsRefusal)
    {
        Tokens = [.. Json, "\0", "|", "<pad>", "<unk>", "<s>", "</s>", "content", "pad_token", "word_delimiter_token", "\"a\":1"],
    };

    public static FuzzTarget Preprocessing(Scratch scratch) => new(
        "preprocessing", bytes => Recognition.Models.Preprocessing.Read(scratch.Write("preprocessor_config.json", bytes)).Normalize.ToString(), IsRefusal)
    {
        Tokens = [.. Json, "do_normalize", "sampling_rate", "return_attention_mask", "feature_size"],
    };

    public static FuzzTarget WeightsIndex(Scratch scratch) => new("weights-index", bytes => ParseIndex(scratch, bytes), IsRefusal)
    {
        Tokens = [.. Json, "weight_map", "metadata", "model.safetensors", "model-00001-of-00002.safetensors", "../", "/"],
    };

    public static FuzzTarget AdapterConfig(Scratch scratch) => new(
        "adapter-config", bytes => LoraAdapterConfig.Read(scratch.Write("adapter_config.json", bytes)).Type, IsRefusal)
    {
        Tokens = [.. Json, "r", "lora_alpha", "target_modules", "peft_type", "LORA", "bias", "none", "use_dora", "modules_to_save", "rank_pattern"],
    };

    private static bool IsRefusal(Exception exception) => exception is ModelException;

    private static string ParseSafetensors(byte[] bytes)
    {
        var file = SafetensorsMemory.Parse("The file", bytes);
        foreach (var entry in file.Tensors.Values.Where(entry => entry.Type.IsFloat())) file.ReadFloats(entry.Name, new float[entry.Length]);
        return $"{string.Join(' ', file.Tensors.Values.Select(entry => entry.Type).Distinct())} {file.Metadata.Count > 0}";
    }

    /// <summary>The header's length in front of it, as far as its closing brace is where it seems to be.</summary>
    private static byte[] RepairLength(byte[] bytes)
    {
        if (bytes.Length < 8) return bytes;
        var end = bytes.AsSpan(8).LastIndexOf("}}"u8);
        if (end < 0) return bytes;
        var repaired = (byte[])bytes.Clone();
        BinaryPrimitives.WriteInt64LittleEndian(repaired, end + 2);
        return repaired;
    }

    private static string ParseVocabulary(Scratch scratch, byte[] bytes)
    {
        string[] names = ["vocab.json", "added_tokens.json", "special_tokens_map.json", "tokenizer_config.json"];
        var rest = bytes.AsSpan();
        foreach (var name in names)
        {
            var end = rest.IndexOf((byte)0);
            var part = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (part.Length > 0 || name == names[0]) scratch.Write(name, part);
            else File.Delete(Path.Combine(scratch.Folder, name));
        }

        var config = scratch.Model.Config with { VocabularySize = 4, BlankId = 0 };
        return Recognition.Models.Vocabulary.Read(scratch.Folder, config).WordDelimiterId.ToString() ?? "none";
    }

    private static string ParseIndex(Scratch scratch, byte[] bytes)
    {
        scratch.Write("model.safetensors.index.json", bytes);
        using var weights = ModelWeights.Open(scratch.Folder);
        return "opened";
    }
}
