using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>Writes model folders in Hugging Face's layout.</summary>
internal static class ModelFolderWriter
{
    /// <summary>What a folder may have beside the weights, copied from the source.</summary>
    private static readonly string[] Copied =
    [
        "config.json", "vocab.json", "merges.txt", "vocab.txt", "preprocessor_config.json", "added_tokens.json", "special_tokens_map.json", "tokenizer_config.json",
    ];

    /// <summary>Writes configuration, weights and card; each file appears whole or not at all.</summary>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static void Write(
        string folder, IModel source, IReadOnlyList<TensorSource> weights, string? card, IReadOnlyDictionary<string, string>? metadata = null)
    {
        Directory.CreateDirectory(folder);
        CopyDescription(source.Folder, folder);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), weights, metadata);
        if (card is not null) WriteText(Path.Combine(folder, "README.md"), card);
    }

    /// <summary>Copies everything but weights and card.</summary>
    public static void CopyDescription(string source, string folder)
    {
        if (Path.GetFullPath(source) == Path.GetFullPath(folder)) return;
        foreach (var name in Copied.Where(name => File.Exists(Path.Combine(source, name))))
            WriteText(Path.Combine(folder, name), File.ReadAllText(Path.Combine(source, name)));
    }

    /// <summary>Writes a text file, replacing one that is there by a rename.</summary>
    public static void WriteText(string path, string text)
    {
        var temporary = path + ".tmp";
        File.WriteAllText(temporary, text);
        File.Move(temporary, path, overwrite: true);
    }
}
