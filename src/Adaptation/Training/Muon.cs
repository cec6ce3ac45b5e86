using static TorchSharp.torch;

namespace Attune.Adaptation.Training;

/// <summary>The step of Muon: momentum whose matrix is replaced by the nearest one with all singular values near 1.</summary>
/// <remarks>
/// Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks", https://kellerjordan.github.io/posts/muon/: Nesterov
/// momentum 0.95, then five Newton-Schulz iterations with the coefficients given there. Steps are scaled by 0.2 sqrt(max(rows,
/// columns)), which gives them the size of AdamW's: Liu et al. 2025, "Muon is scalable for LLM training", arXiv 2502.16982, equation 4.
/// </remarks>
internal static class Muon
{
    public const double Momentum = 0.95;
    private const int Iterations = 5;
    private const double A = 3.4445, B = -4.7750, C = 2.0315;

    /// <summary>The direction of a step, and the momentum updated in place.</summary>
    /// <param name="momentum">Shape (rows, columns).</param>
    /// <param name="gradient">Shape (rows, columns).</param>
    /// <param name="type">Type of the iterations; bfloat16 is enough.</param>
    /// <returns>Float32, shape (rows, columns). The caller's scope disposes.</returns>
    public static Tensor Direction(Tensor momentum, Tensor gradient, ScalarType type)
    {
        momentum.Scale(Momentum).Accumulate(gradient);
        var scale = 0.2 * Math.Sqrt(Math.Max(gradient.shape[0], gradient.shape[1]));
        return Orthogonalize(gradient.Plus(momentum.Times(Momentum)), type).Times(scale);
    }

    /// <summary>About U V^T for a matrix U S V^T.</summary>
    internal static Tensor Orthogonalize(Tensor matrix, ScalarType type)
    {
        var tall = matrix.shape[0] > matrix.shape[1];
        var x = tall ? matrix.t() : matrix;
        x = (x / x.norm().Plus(1e-7)).to(type);
        for (var i = 0; i < Iterations; i++)
        {
            var gram = x.mm(x.t());
            x = x.Times(A).Plus(gram.Times(B).Plus(gram.mm(gram).Times(C)).mm(x));
        }

        return (tall ? x.t() : x).to(ScalarType.Float32);
    }
}
