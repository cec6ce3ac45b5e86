using Attune.Recognition.Decoding;
using Attune.Recognition.Language;
using Attune.Server.Configuration;

namespace Attune.Server.Serving;

/// <summary>The language model of all requests, read once, whichever checkpoint serves.</summary>
internal sealed class BackgroundLanguage(RecognitionSettings settings)
{
    private readonly Lazy<NgramModel?> _model = new(() => Read(settings.Decoding.LanguageModel));

    /// <summary>Null if none is configured.</summary>
    /// <exception cref="ConfigurationException">The file cannot be used.</exception>
    public NgramModel? Model => _model.Value;

    private static NgramModel? Read(string? path)
    {
        try
        {
            return string.IsNullOrEmpty(path) ? null : ArpaReader.Read(path);
        }
        catch (LanguageModelException exception)
        {
            throw new ConfigurationException([$"{DecodingOptions.Section}:{nameof(DecodingOptions.LanguageModel)} cannot be used: {exception.Message}"], exception);
        }
    }
}
