using Attune.Adaptation.Network;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Network;

/// <summary>Compares gradients with central finite differences of the loss, parameter by parameter.</summary>
internal static class FiniteDifferences
{
    /// <summary>Gradients of a smaller norm are too flat for float32 to resolve.</summary>
    private const float SmallestNorm = 0.02f;

    /// <summary>
    /// Along the gradient restricted to one parameter, the loss changes by that restriction's norm. Half a step to either side, chosen so
    /// that float32 resolves the difference and curvature does not show.
    /// </summary>
    /// <param name="parameters">Changed while it runs, and restored.</param>
    /// <param name="loss">The loss at the parameters' present values, a scalar.</param>
    /// <param name="tolerance">Largest difference between norm and slope, as a share of the norm.</param>
    /// <param name="leastShare">Least share of the squared gradient that must be large enough to compare.</param>
    public static void AssertSlopes(ParameterTensors parameters, Func<Tensor> loss, double tolerance, double leastShare)
    {
        using var scope = NewDisposeScope();
        var gradients = parameters.Gradients(loss());
        using var noGradients = no_grad();
        var compared = 0.0;
        foreach (var slice in parameters.Layout.Slices)
        {
            var gradient = gradients.narrow(1, slice.Offset, slice.Length);
            var norm = gradient.norm().item<float>();
            if (norm < SmallestNorm) continue;
            var slope = Slope(parameters.Buffer.narrow(1, slice.Offset, slice.Length), gradient * (2e-3 / (norm * Math.Max(1, norm))), loss);
            Assert.True(Math.Abs(slope - norm) < tolerance * norm, $"{slice.Parameter.Name}: gradient {norm}, slope {slope}.");
            compared += norm * norm;
        }

        var whole = gradients.Squared().sum().item<float>();
        Assert.True(compared > leastShare * whole, $"Only {compared / whole:P0} of the gradient was large enough to check.");
    }

    private static float Slope(Tensor values, Tensor step, Func<Tensor> loss)
    {
        var original = values.clone();
        values.copy_(original + step);
        var above = loss().item<float>();
        values.copy_(original - step);
        var below = loss().item<float>();
        values.copy_(original);
        return (above - below) / (2 * step.norm().item<float>());
    }
}
