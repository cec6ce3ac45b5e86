using Attune.Adaptation.Network;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Training;

/// <summary>Preferences that are measured, not trained on.</summary>
/// <param name="name">For reports.</param>
/// <param name="data">The pairs.</param>
public sealed class PreferenceSet(string name, PreferenceData data) : CausalSet(name, isGuard: false)
{
    public override IReadOnlyList<string> Columns { get; } = ["preference_loss", "accuracy"];

    internal override void Prepare(Gpt2Network network) => data.Prepare(network);

    internal override CausalFigures Measure(Gpt2Network network, ParameterTensors parameters)
    {
        using var noGradients = no_grad();
        var (loss, accuracy) = data.Measure(batch => network.Forward(parameters, batch));
        return new CausalFigures(Name, loss, accuracy, null);
    }
}
