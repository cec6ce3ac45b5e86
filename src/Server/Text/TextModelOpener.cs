using Attune.Adaptation;
using Attune.Adaptation.Text.Tent;
using Attune.Adaptation.Text.Updates;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using Attune.Server.Configuration;
using Attune.Server.State;
using Attune.Text;
using Attune.Text.Models;
using Microsoft.Extensions.Options;

namespace Attune.Server.Text;

/// <summary>Opens text models with what adapts them.</summary>
internal sealed class TextModelOpener(
    StateConnection connection,
    AdaptationThreads threads,
    IOptions<OnnxOptions> onnx,
    IOptions<TextAdaptationOptions> adaptation,
    IOptions<TentOptions> tent,
    ExampleOptions examples,
    TimeProvider time)
{
    /// <summary>Opens a model. The caller owns it.</summary>
    /// <param name="name">In the settings.</param>
    /// <param name="folder">As they have it, or that of a checkpoint.</param>
    /// <param name="checkpoint">Id of the checkpoint; null for the configured model.</param>
    /// <exception cref="ModelException">It cannot be used.</exception>
    /// <exception cref="ConfigurationException">It does not have the parameters that may change.</exception>
    public ServedTextModel Open(string name, string folder, string? checkpoint)
    {
        try
        {
            var model = TextModel.Open(ModelFolder.Resolve(folder), name);
            try
            {
                var engine = new TextEngine(model, SetFor(model, name), onnx.Value);
                return new ServedTextModel(
                    name,
                    engine,
                    new TextAdapter(engine, adaptation.Value, threads, time),
                    new ExampleStore(connection, () => RedisKeys.For(model), examples.PerDomain, time),
                    checkpoint);
            }
            catch
            {
                model.Dispose();
                throw;
            }
        }
        catch (ModelException exception)
        {
            throw new ModelException(exception.Error, $"{TextOptions.Section}:{nameof(TextOptions.Models)}:{name}: {exception.Message}", exception);
        }
    }

    private ParameterSet SetFor(TextModel model, string name)
    {
        var isTent = model.Config.Architecture == TextArchitecture.Bert && tent.Value.ResolveStrategy() != TentStrategy.None;
        var set = ParameterSet.Parse(isTent ? "layer-norm" : adaptation.Value.Parameters);
        try
        {
            set.In(model.Layout.Parameters, model.Config.LayerCount);
            return set;
        }
        catch (ArgumentException exception)
        {
            throw new ConfigurationException(
                [$"{TextAdaptationOptions.Section}:{nameof(TextAdaptationOptions.Parameters)} does not fit the model {name}: {exception.Message}"], exception);
        }
    }
}
