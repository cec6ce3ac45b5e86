using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests;

/// <summary>Models of every kind that the network must agree on, and seeded inputs for them.</summary>
internal static class TestModels
{
    /// <summary>Names for <see cref="Open"/>.</summary>
    public static TheoryData<string> Names => ["tiny-group", "tiny-layer", "tiny-hubert", "tiny-post-layer", "spoken-numbers-en"];

    /// <summary>Opens a model; <paramref name="cleanUp"/> removes what was made for it.</summary>
    public static Model Open(string name, out IDisposable? cleanUp)
    {
        cleanUp = null;
        switch (name)
        {
            case "spoken-numbers-en":
                return Model.Open(RepositoryFiles.Model(name));
            case "tiny-hubert":
                // HuBERT's names, no LayerNorm in front of the projection, the newer spelling of weight normalisation, other activations.
                var hubert = new ModelFolderCopy("tiny-layer");
                cleanUp = hubert;
                hubert.Configure("architectures", """["HubertForCTC"]""");
                hubert.Configure("model_type", "\"hubert\"");
                hubert.Configure("feat_proj_layer_norm", "false");
                hubert.Configure("hidden_act", "\"gelu_new\"");
                hubert.Configure("feat_extract_activation", "\"silu\"");
                hubert.Rewrite(tensor => tensor.Name.Contains("feature_projection.layer_norm", StringComparison.Ordinal) ? null : Rename(tensor));
                return Model.Open(hubert.FolderPath);
            case "tiny-post-layer":
                // LayerNorms in the extractor with norms after each block: a pair that the golden models do not cover.
                var post = new ModelFolderCopy("tiny-layer");
                cleanUp = post;
                post.Configure("do_stable_layer_norm", "false");
                post.Configure("hidden_act", "\"relu\"");
                return Model.Open(post.FolderPath);
            default:
                return Model.Open(RepositoryFiles.Golden(name));
        }
    }

    /// <summary>Noise with a few tones, zero mean and unit variance.</summary>
    public static ReadOnlyMemory<float> Waveform(int samples, int seed)
    {
        var random = new Random(seed);
        var pitch = 100 + (200 * random.NextDouble());
        var values = new float[samples];
        for (var i = 0; i < samples; i++)
        {
            var envelope = Math.Sin(2 * Math.PI * 3 * i / 16_000);
            var tone = Math.Sin(2 * Math.PI * pitch * i / 16_000) + Math.Sin(2 * Math.PI * 5 * pitch * i / 16_000);
            values[i] = (float)((envelope * tone) + (0.3 * (random.NextDouble() - 0.5)));
        }

        return new Preprocessing().Apply(values);
    }

    /// <summary>The source parameters, each value changed by a few per cent.</summary>
    public static AdaptableParameters Perturb(AdaptableParameters source, int seed)
    {
        var random = new Random(seed);
        var values = source.Values.ToArray();
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)((values[i] * (1 + (0.1 * (random.NextDouble() - 0.5)))) + (0.01 * (random.NextDouble() - 0.5)));
        return new AdaptableParameters(source.Layout, values);
    }

    /// <summary>Parameters with which a pre-norm model hears nothing but blanks: its last norm gives the blank's own direction in every frame.</summary>
    public static AdaptableParameters AllBlank(Model model, AdaptableParameters source)
    {
        var values = source.Values.ToArray();
        var norm = source.Layout.Slices.Where(slice => slice.Parameter.Name.Contains("encoder.layer_norm", StringComparison.Ordinal)).ToArray();
        foreach (var slice in norm) values.AsSpan(slice.Offset, slice.Length).Clear();
        var (bias, size) = (norm.Single(slice => slice.Parameter.IsBias), model.Config.HiddenSize);
        var head = new float[model.Config.VocabularySize * size];
        model.Weights.ReadFloats("lm_head.weight", head);
        for (var i = 0; i < size; i++) values[bias.Offset + i] = 100 * head[(model.Config.BlankId * size) + i];
        return new AdaptableParameters(source.Layout, values);
    }

    private static TensorSource Rename(TensorSource tensor) => tensor with
    {
        Name = tensor.Name
            .Replace("wav2vec2.", "hubert.", StringComparison.Ordinal)
            .Replace("conv.weight_g", "conv.parametrizations.weight.original0", StringComparison.Ordinal)
            .Replace("conv.weight_v", "conv.parametrizations.weight.original1", StringComparison.Ordinal),
    };
}
