using static TorchSharp.torch;

namespace Attune.Adaptation.Text;

/// <summary>Sees an activation of a pass, and may put another in its place.</summary>
/// <param name="site">Where it stands.</param>
/// <param name="layer">In which transformer layer, from 0; -1 before them.</param>
/// <param name="values">The activation. It belongs to the pass.</param>
/// <returns>What the pass goes on with: the same, or a tensor of the same shape.</returns>
public delegate Tensor ActivationTap(ActivationSite site, int layer, Tensor values);
