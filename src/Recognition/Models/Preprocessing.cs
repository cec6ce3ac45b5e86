namespace Attune.Recognition.Models;

/// <summary>What <c>preprocessor_config.json</c> asks to be done with a waveform before the model hears it.</summary>
/// <param name="Normalize">Whether each utterance is brought to zero mean and unit variance (<c>do_normalize</c>). Default true.</param>
/// <param name="SampleRateHz">Sampling rate of the waveform, in Hz (<c>sampling_rate</c>). Default 16000.</param>
/// <param name="ReturnAttentionMask">
/// Whether the model was trained with padding masked (<c>return_attention_mask</c>). Default false. Where it is false, utterances of a
/// batch are padded with zeros that the model sees.
/// </param>
/// <remarks>Immutable.</remarks>
public sealed record Preprocessing(bool Normalize = true, int SampleRateHz = 16000, bool ReturnAttentionMask = false)
{
    /// <summary>Added to the variance before its root is divided by; from the feature extractor of Hugging Face's wav2vec 2.0.</summary>
    private const double VarianceFloor = 1e-7;

    /// <summary>The waveform as the model hears it: (x - mean) / sqrt(variance + 1e-7) over the utterance, if the model asks for it.</summary>
    /// <param name="samples">Samples at <see cref="SampleRateHz"/>, at least one.</param>
    public ReadOnlyMemory<float> Apply(ReadOnlyMemory<float> samples)
    {
        if (!Normalize) return samples;

        double sum = 0, squares = 0;
        foreach (var sample in samples.Span) sum += sample;
        var mean = sum / samples.Length;
        foreach (var sample in samples.Span) squares += (sample - mean) * (sample - mean);
        var scale = 1 / Math.Sqrt((squares / samples.Length) + VarianceFloor);

        var normalized = new float[samples.Length];
        for (var i = 0; i < normalized.Length; i++) normalized[i] = (float)((samples.Span[i] - mean) * scale);
        return normalized;
    }

    /// <summary>Reads and checks a file.</summary>
    /// <param name="path">Path of <c>preprocessor_config.json</c>.</param>
    /// <exception cref="ModelException">
    /// MissingFile, UnreadableFile, InvalidJson; InvalidPreprocessing, or UnsupportedFeature for features other than the waveform, with
    /// all problems in one message.
    /// </exception>
    public static Preprocessing Read(string path)
    {
        using var json = StrictJson.ReadObject(path);
        var fields = new JsonFields(json.RootElement);
        var preprocessing = new Preprocessing(
            fields.Flag("do_normalize", true),
            fields.Integer("sampling_rate", 16000),
            fields.Flag("return_attention_mask", false));
        var featureSize = fields.Integer("feature_size", 1);
        if (featureSize != 1) fields.Unsupported($"feature_size must be 1, the plain waveform. Given: {featureSize}");
        fields.ThrowIfAny(path, ModelError.InvalidPreprocessing);
        return preprocessing;
    }
}
