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
