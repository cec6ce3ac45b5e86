using System.Globalization;
using System.Text.Json;
using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using Attune.Text.Models;

namespace Attune.Adaptation.Text.Editing;

/// <summary>Writes edited models, and undoes edits.</summary>
/// <remarks>
/// <para>An edited model is a copy of the model's folder in which the bytes of one tensor differ. The bytes from before lie in <c>edits/NNNN.safetensors</c>, one file for
/// each edit since the model was trained, with an <see cref="EditRecord"/> in the metadata: undoing the last puts them back, and the weights' files are again what they
/// were, byte for byte, which their SHA-256 proves.</para>
/// <para>A folder is made beside its place and renamed when it is complete; after a failure nothing is left.</para>
/// </remarks>
public static class EditedModelFolder
{
    /// <summary>Key of the metadata with the record.</summary>
    public const string MetadataKey = "attune.edit";

    private const string SingleFile = "model.safetensors", EditsFolder = "edits", CardFile = "README.md";

    // What belongs to the model; anything else, such as the same weights in another format, would not have the edit.
    private static readonly string[] Copied =
    [
        "config.json", "vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "generation_config.json", "model.safetensors.index.json",
    ];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Writes a model with an edit, and measures it as it was written.</summary>
    /// <param name="model">The model before.</param>
    /// <param name="network">Its twin.</param>
    /// <param name="tensor">What changes; rounded to the type that the file has.</param>
    /// <param name="edits">The facts.</param>
    /// <param name="outputFolder">The new folder; it must not exist, or be empty.</param>
    /// <param name="name">What the card calls the model; null for the folder's name.</param>
    /// <exception cref="EditException">OutputExists.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static EditRecord Write(
        TextModel model, Gpt2Network network, EditedTensor tensor, IReadOnlyList<FactEdit> edits, string outputFolder, string? name = null)
    {
        var sourceSha256 = model.Sha256;
        var location = model.Weights.Find(tensor.Parameter.Name);
        return Make(outputFolder, temporary =>
        {
            CopyModel(model.Folder, temporary);
            Overwrite(temporary, TensorSource.FromFloats(tensor.Parameter.Name, location.Entry.Type, location.Entry.Shape, () => tensor.Values));
            using var edited = TextModel.Open(temporary);
            var card = Path.Combine(model.Folder, CardFile);
            var record = new EditRecord(
                tensor.Parameter.Name,
                tensor.Layer,
                model.Name,
                sourceSha256,
                edited.Sha256,
                File.Exists(card) ? File.ReadAllText(card) : null,
                Measure(network, edited, tensor.Parameter, edits));
            var number = Directory.CreateDirectory(Path.Combine(temporary, EditsFolder)).GetFiles("*.safetensors").Length + 1;
            SafetensorsWriter.Write(
                Path.Combine(temporary, EditsFolder, string.Create(CultureInfo.InvariantCulture, $"{number:0000}.safetensors")),
                [TensorSource.FromFile(location)],
                new Dictionary<string, string> { ["format"] = "pt", [MetadataKey] = JsonSerializer.Serialize(record, Json) });
            File.WriteAllText(Path.Combine(temporary, CardFile), EditCard.Write(name ?? Path.GetFileName(Path.GetFullPath(outputFolder)), record));
            return record;
        });
    }

    /// <summary>Writes a model as it was before its last edit.</summary>
    /// <param name="folder">An edited model.</param>
    /// <param name="outputFolder">The new folder; it must not exist, or be empty.</param>
    /// <returns>The record of the edit that was undone.</returns>
    /// <exception cref="EditException">NothingToUndo; Changed: the weights are not those that the edit left; OutputExists.</exception>
    /// <exception cref="ModelException">The folder is no model.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static EditRecord Undo(string folder, string outputFolder)
    {
        using var model = TextModel.Open(folder);
        var edits = Path.Combine(model.Folder, EditsFolder);
        var last = Directory.Exists(edits) ? Directory.GetFiles(edits, "*.safetensors").Max(StringComparer.Ordinal) : null;
        if (last is null) throw new EditException(EditError.NothingToUndo, $"A model with an edit has a file in {edits}. Given: none. Choose a folder that 'attune edit' wrote.");
        using var before = SafetensorsFile.Open(last);
        var record = ReadRecord(before);
        if (record.Sha256 != model.Sha256)
        {
            throw new EditException(
                EditError.Changed, $"The weights must be those that the edit left (SHA-256 {record.Sha256}). Given: {model.Sha256}. Take the folder as 'attune edit' wrote it.");
        }

        return Make(outputFolder, temporary =>
        {
            CopyModel(model.Folder, temporary);
            Overwrite(temporary, TensorSource.FromFile(new TensorLocation(before, before.Tensors.Values.Single())));
            File.Delete(Path.Combine(temporary, EditsFolder, Path.GetFileName(last)));
            if (Directory.GetFiles(Path.Combine(temporary, EditsFolder)).Length == 0) Directory.Delete(Path.Combine(temporary, EditsFolder));
            if (record.Card is not null) File.WriteAllText(Path.Combine(temporary, CardFile), record.Card);
            using var restored = TextModel.Open(temporary);
            return restored.Sha256 == record.SourceSha256
                ? record
                : throw new EditException(EditError.Changed, $"Undoing must give the weights from before the edit (SHA-256 {record.SourceSha256}). Given: {restored.Sha256}. The file {last} is damaged.");
        });
    }

    private static IReadOnlyList<EditFigures> Measure(Gpt2Network network, TextModel edited, ModelParameter parameter, IReadOnlyList<FactEdit> edits)
    {
        using var after = new ParameterTensors(AdaptableParameters.Source(edited.Weights, new ParameterLayout([parameter])));
        var measurement = new EditMeasurement(network, edited.Tokenizer);
        return [.. edits.Select(edit => measurement.Measure(edit, after))];
    }

    private static EditRecord ReadRecord(SafetensorsFile file)
    {
        try
        {
            if (file.Tensors.Count == 1 && file.Metadata.TryGetValue(MetadataKey, out var text) && JsonSerializer.Deserialize<EditRecord>(text, Json) is { } record)
                return record;
        }
        catch (JsonException exception)
        {
            throw Damaged(exception);
        }

        throw Damaged(null);

        EditException Damaged(Exception? inner) =>
            new(EditError.NothingToUndo, $"{file.Path} must have one tensor and '{MetadataKey}' in its metadata. It is damaged, or of another program.", inner);
    }

    private static EditRecord Make(string outputFolder, Func<string, EditRecord> write)
    {
        var output = Path.TrimEndingDirectorySeparator(Path.GetFullPath(outputFolder));
        if (File.Exists(output) || (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any()))
            throw new EditException(EditError.OutputExists, $"The output folder must not exist yet. Given: {output}. Choose another, or remove it.");
        var temporary = Path.Combine(Path.GetDirectoryName(output)!, $".{Path.GetFileName(output)}.{Path.GetRandomFileName()}.tmp");
        try
        {
            Directory.CreateDirectory(temporary);
            var record = write(temporary);
            if (Directory.Exists(output)) Directory.Delete(output);
            Directory.Move(temporary, output);
            return record;
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    private static void CopyModel(string folder, string target)
    {
        string[] weights = File.Exists(Path.Combine(folder, SingleFile)) ? [SingleFile] : [.. Directory.GetFiles(folder, "*.safetensors").Select(Path.GetFileName).OfType<string>()];
        foreach (var name in Copied.Where(name => File.Exists(Path.Combine(folder, name))).Concat(weights))
            File.Copy(Path.Combine(folder, name), Path.Combine(target, name));
        var edits = Path.Combine(folder, EditsFolder);
        if (!Directory.Exists(edits)) return;
        Directory.CreateDirectory(Path.Combine(target, EditsFolder));
        foreach (var file in Directory.GetFiles(edits, "*.safetensors")) File.Copy(file, Path.Combine(target, EditsFolder, Path.GetFileName(file)));
    }

    /// <summary>Writes over a tensor's bytes in a folder that nobody else reads.</summary>
    private static void Overwrite(string folder, TensorSource tensor)
    {
        var (path, offset) = Find(folder, tensor.Name);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Write);
        stream.Position = offset;
        tensor.Write(stream);
        stream.Flush(flushToDisk: true);
    }

    private static (string Path, long Offset) Find(string folder, string tensor)
    {
        using var weights = ModelWeights.Open(folder);
        var location = weights.Find(tensor);
        return (location.File.Path, location.Entry.FileOffset);
    }
}
