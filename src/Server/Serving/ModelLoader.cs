using Attune.Adaptation;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Objectives;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;
using Attune.Server.Configuration;
using Attune.Server.Domains;

namespace Attune.Server.Serving;

/// <summary>Builds what recognises with a model, on the threads that the settings allow.</summary>
internal sealed class ModelLoader(IServiceProvider services, RecognitionSettings settings, TimeProvider time) : IModelSource<LoadedModel>
{
    /// <summary>Empty: the speech model.</summary>
    public string Name => string.Empty;

    /// <summary>Speech.</summary>
    public ModelKind Kind => ModelKind.Speech;

    /// <summary>The configured model.</summary>
    /// <exception cref="ConfigurationException">The parameter set or the language model does not fit it.</exception>
    /// <exception cref="ModelException">It cannot be used.</exception>
    public LoadedModel LoadConfigured() => Load(settings.Recognition.ResolveModel(), checkpoint: null);

    /// <summary>A model in a folder. The caller owns it.</summary>
    /// <inheritdoc cref="LoadConfigured"/>
    public LoadedModel Load(string folder, string? checkpoint)
    {
        var model = Model.Open(folder);
        try
        {
            CheckParameters(model);
            var decoders = CreateDecoders(model);
            var recognizer = new AdaptiveRecognizer(
                model,
                settings.Recognition,
                settings.Onnx,
                settings.Fast,
                settings.Threads,
                time,
                settings.Collapse,
                NamedObjectives.Create(settings.Fast.Objective, model.Config.BlankId, decoders),
                services.GetRequiredService<AdaptationThreads>());
            return new LoadedModel(model, recognizer, decoders, ModelDomains.Create(services, recognizer, decoders), checkpoint);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private BeamDecoders CreateDecoders(Model model)
    {
        try
        {
            return new BeamDecoders(model, settings.Decoding, services.GetRequiredService<BackgroundLanguage>().Model);
        }
        catch (ArgumentException exception)
        {
            throw new ConfigurationException(
                [$"{DecodingOptions.Section}:{nameof(settings.Decoding.LanguageModel)} does not fit the model {model.Name}: {exception.Message}"], exception);
        }
    }

    private void CheckParameters(Model model)
    {
        try
        {
            ParameterSet.Parse(settings.Fast.Parameters).In(model.Layout, model.Config);
        }
        catch (ArgumentException exception)
        {
            throw new ConfigurationException(
                [$"{FastUpdateOptions.Section}:{nameof(settings.Fast.Parameters)} does not fit the model {model.Name}: {exception.Message}"], exception);
        }
    }
}
