using Attune.Adaptation.Text;
using Attune.Adaptation.Text.Updates;
using Attune.Recognition.Acoustic;
using Attune.Text.Models;

namespace Attune.Adaptation.Tests.Text;

/// <summary>A tiny random GPT-2 and a tiny random BERT with their trainable twins, for the tests that change neither.</summary>
[CollectionDefinition(nameof(TinyTextNetworks))]
public sealed class TinyTextNetworks : ICollectionFixture<TinyTextNetworks>, IDisposable
{
    private readonly TinyTextModel _gpt2 = TinyTextModel.Gpt2();
    private readonly TinyTextModel _bert = TinyTextModel.Bert();

    public TinyTextNetworks()
    {
        (Model, Classifier) = (OpenModel(), _bert.Open());
        (Network, Bert) = (new Gpt2Network(Model), new BertNetwork(Classifier));
    }

    /// <summary>The GPT-2.</summary>
    internal TextModel Model { get; }

    /// <summary>Its twin.</summary>
    internal Gpt2Network Network { get; }

    /// <summary>The BERT.</summary>
    internal TextModel Classifier { get; }

    /// <summary>Its twin.</summary>
    internal BertNetwork Bert { get; }

    /// <summary>Opens the GPT-2 once more. The caller disposes.</summary>
    internal TextModel OpenModel() => _gpt2.Open();

    /// <summary>Steps of the GPT-2.</summary>
    internal TextUpdate Causal(ParameterSet set, double rate, TimeProvider? time = null) =>
        new((parameters, batch) => Network.Forward(parameters, batch), Model.Source(set), rate, time ?? TimeProvider.System);

    /// <summary>Steps of the BERT.</summary>
    internal TextUpdate Labels(ParameterSet set, double rate) =>
        new((parameters, batch) => Bert.Forward(parameters, batch), Classifier.Source(set), rate, TimeProvider.System);

    public void Dispose()
    {
        Network.Dispose();
        Bert.Dispose();
        Model.Dispose();
        Classifier.Dispose();
        _gpt2.Dispose();
        _bert.Dispose();
    }
}
