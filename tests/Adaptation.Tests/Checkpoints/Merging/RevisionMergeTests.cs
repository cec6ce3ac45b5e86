using System.Text.Json;
using Attune.Adaptation.Checkpoints.Merging;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Revisions;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

/// <summary>What domains learnt, as inputs of merges.</summary>
public sealed class RevisionMergeTests : IDisposable
{
    private const string Norm = "wav2vec2.encoder.layers.0.layer_norm.weight";
    private const string Query = "wav2vec2.encoder.layers.0.attention.q_proj.weight";

    private readonly MergeFolders _folders = new();

    public void Dispose() => _folders.Dispose();

    [Fact]
    public void Merge_RevisionIntoItsModel_HalfOfWhatWasLearnt()
    {
        Learn("base", "layer-norm", values => values.Select(value => value + 0.5f));

        _folders.Merge("""
            merge_method: linear
            models:
              - model: base
              - model: base
                revision: line.safetensors
            parameters: { weight: 1 }
            """);

        var expected = _folders.Values("base", Norm).Select(value => value + 0.25).ToArray();
        Approximately.Equal(expected, _folders.Values("merged", Norm));
        Approximately.Equal(_folders.Values("base", Query), _folders.Values("merged", Query));
        Approximately.Equal(_folders.Values("base", "lm_head.bias"), _folders.Values("merged", "lm_head.bias"));
    }

    [Fact]
    public void Merge_RevisionIntoASibling_ItsOwnWeightsAndWhatWasLearnt()
    {
        Learn("base", "layer-norm", values => values.Select(value => value - 0.25f));

        _folders.Merge("""
            merge_method: analogy
            base_model: a
            models:
              - model: base
                revision: line.safetensors
              - model: base
            """);

        var expected = _folders.Values("a", Norm).Select(value => value - 0.25).ToArray();
        Approximately.Equal(expected, _folders.Values("merged", Norm));
        Approximately.Equal(_folders.Values("a", Query), _folders.Values("merged", Query));
    }

    [Fact]
    public void Merge_LowRankRevision_IsAddedToItsLayer()
    {
        var learnt = Learn("base", "lora-1", values => values.Select((_, i) => 0.01f * ((i % 7) - 3)));
        var (down, up) = (Of(learnt, LoraNames.Down(Query[..^".weight".Length])), Of(learnt, LoraNames.Up(Query[..^".weight".Length])));

        _folders.Merge("""
            merge_method: task_arithmetic
            base_model: base
            models:
              - model: base
                revision: line.safetensors
            parameters: { weight: 1 }
            """);

        var weights = _folders.Values("base", Query);
        var expected = weights.Select((value, i) => value + (2.0 * up[i / down.Length] * down[i % down.Length])).ToArray(); // W + 2 B A at rank 1
        Assert.Contains(up, value => value != 0);
        Approximately.Equal(expected, _folders.Values("merged", Query));
        Approximately.Equal(_folders.Values("base", Norm), _folders.Values("merged", Norm));
    }

    [Fact]
    public void Merge_Revision_IsInMetadataAndCard()
    {
        Learn("base", "layer-norm", values => values);
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(_folders.File("line.safetensors"))));

        _folders.Merge("merge_method: linear\nmodels: [{model: base, revision: line.safetensors}, model: a]\nparameters: { weight: 1 }");

        using var file = SafetensorsFile.Open(_folders.File("merged/model.safetensors"));
        using var json = JsonDocument.Parse(file.Metadata["attune.merge"]);
        var models = json.RootElement.GetProperty("models");
        Assert.Equal(("base with line.safetensors", hash), (models[0].GetProperty("name").GetString(), models[0].GetProperty("revisionSha256").GetString()));
        Assert.False(models[1].TryGetProperty("revisionSha256", out _));
        Assert.Contains($", of the revision `{hash}` |", File.ReadAllText(_folders.File("merged/README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_RevisionOfAnotherModel_NamesLineAndBoth()
    {
        Learn("base", "layer-norm", values => values);

        var exception = Assert.Throws<MergeException>(
            () => _folders.Merge("merge_method: linear\nmodels:\n  - model: b\n    revision: line.safetensors\nparameters: { weight: 1 }"));

        using var model = Model.Open(_folders.File("base"));
        using var other = Model.Open(_folders.File("b"));
        Assert.Contains($"recipe.yml:3: Revision 4 must belong to model {other.Sha256}. Given: {model.Sha256}.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/model.safetensors", "not a revision|must have attune.revision")]
    [InlineData("nothing.safetensors", "nothing.safetensors")]
    public void Merge_NoRevision_NamesLine(string revision, string message)
    {
        var exception = Assert.Throws<MergeException>(
            () => _folders.Merge($"merge_method: linear\nmodels:\n  - model: a\n    revision: {revision}\nparameters: {{ weight: 1 }}"));

        Assert.Matches($"recipe.yml:3: .*({message})", exception.Message);
    }

    /// <summary>Writes line.safetensors: a revision of a domain on a model, with its values changed.</summary>
    private AdaptableParameters Learn(string name, string set, Func<IEnumerable<float>, IEnumerable<float>> change)
    {
        using var model = Model.Open(_folders.File(name));
        var source = AdaptableParameters.Source(model, ParameterSet.Parse(set));
        var learnt = new AdaptableParameters(source.Layout, change(source.Values.ToArray()).ToArray());
        var revision = new Revision("line", 4, 3, model.Sha256, set, ["u1"], DateTimeOffset.UnixEpoch, GateVerdict.Unasked, new AdaptationState(learnt));
        File.WriteAllBytes(_folders.File("line.safetensors"), RevisionFile.ToBytes(revision));
        return learnt;
    }

    private static float[] Of(AdaptableParameters parameters, string name) => parameters[parameters.Layout.Find(name)!].ToArray();
}
