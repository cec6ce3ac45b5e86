using Attune.Adaptation.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Attune.Facts;

/// <summary>Adam (Kingma and Ba 2015, arXiv 1412.6980) over all values of a set of parameters; betas 0.9 and 0.98, gradients clipped to length 1.</summary>
/// <remarks>The owner disposes it.</remarks>
internal sealed class Adam(ParameterTensors parameters) : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.98, Epsilon = 1e-8;

    private readonly Tensor _first = zeros_like(parameters.Buffer).DetachFromDisposeScope();
    private readonly Tensor _second = zeros_like(parameters.Buffer).DetachFromDisposeScope();
    private int _steps;

    /// <summary>Moves the parameters down a loss.</summary>
    /// <param name="loss">A scalar.</param>
    /// <param name="rate">Step size.</param>
    public void Step(Tensor loss, double rate)
    {
        using var scope = NewDisposeScope();
        var gradients = parameters.Gradients(loss);
        using var noGradients = no_grad();
        _steps++;
        using Scalar clip = 1 / Math.Max(1, gradients.norm().item<float>()), beta1 = Beta1, rest1 = 1 - Beta1, beta2 = Beta2, rest2 = 1 - Beta2, epsilon = Epsilon, one = 1;
        using Scalar correction = 1 / Math.Sqrt(1 - Math.Pow(Beta2, _steps)), move = -rate / (1 - Math.Pow(Beta1, _steps));
        gradients.mul_(clip);
        _first.mul_(beta1).add_(gradients, rest1);
        _second.mul_(beta2).addcmul_(gradients, gradients, rest2);
        parameters.Buffer.addcdiv_(_first, _second.sqrt().mul_(correction).add_(epsilon, one), move);
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }
}
