using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Text.Editing;

/// <summary>The one tensor that an edit changes, with its new values.</summary>
/// <param name="Parameter">Name and shape.</param>
/// <param name="Layer">The transformer layer whose feed-forward output matrix it is.</param>
/// <param name="Values">Row-major.</param>
public sealed record EditedTensor(ModelParameter Parameter, int Layer, ReadOnlyMemory<float> Values)
{
    /// <summary>It as parameters of a pass. The caller disposes.</summary>
    public ParameterTensors ToParameters() => new(new AdaptableParameters(new ParameterLayout([Parameter]), Values));
}
