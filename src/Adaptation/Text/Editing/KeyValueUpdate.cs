using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Editing;

/// <summary>The smallest change of a matrix that gives some keys new values.</summary>
/// <remarks>
/// <para>A feed-forward output matrix W (inner, D) is read as a memory: the key k recalls W^T k + b. Wanted is the change U with</para>
/// <code>
/// U^T k_e = r_e for each edit e,    and E |U^T k|^2 = tr(U^T C U) over the keys of ordinary text as small as can be.
/// </code>
/// <para>Lagrange multipliers give it in closed form: with A (E, inner) the keys in rows, R (E, D) the changes of value in rows,</para>
/// <code>
/// U = C^-1 A^T (A C^-1 A^T)^-1 R.
/// </code>
/// <para>For one edit this is ROME's rank-one update, U = C^-1 k r^T / (k^T C^-1 k) (arXiv 2202.05262, equation 2). For several it is the limit of MEMIT's least
/// squares (Meng et al. 2023, "Mass-Editing Memory in a Transformer", arXiv 2210.07229, equation 14) where new values weigh infinitely more than old ones: every
/// edit is met exactly, and none undoes another, which rank-one updates made one after the other would do unless each preserved the keys of those before; and then
/// the result is this. Keys that depend on each other have no such U; <see cref="Solve"/> refuses them.</para>
/// </remarks>
internal static class KeyValueUpdate
{
    /// <summary>How much of a key must be its own, in the metric of C: 1 less the largest share that it may have in common with the keys before it.</summary>
    private const double LeastOwn = 1e-4;

    /// <summary>Computes U.</summary>
    /// <param name="moment">C, float64, shape (inner, inner), positive definite.</param>
    /// <param name="keys">A, float64, shape (E, inner).</param>
    /// <param name="changes">R, float64, shape (E, D).</param>
    /// <returns>Float64, shape (inner, D). The caller's scope disposes.</returns>
    /// <exception cref="DependentKeysException">A key is (nearly) a combination of those before it.</exception>
    public static Tensor Solve(Tensor moment, Tensor keys, Tensor changes)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var directions = linalg.solve(moment, keys.transpose(0, 1)); // (inner, E)
        var gram = matmul(keys, directions); // (E, E)
        CheckIndependence(gram);
        return matmul(directions, linalg.solve(gram, changes)).MoveToOuterDisposeScope();
    }

    /// <summary>The squared diagonal of the Gram matrix's Cholesky factor is what each key has that those before it lack.</summary>
    private static void CheckIndependence(Tensor gram)
    {
        var count = (int)gram.shape[0];
        var values = gram.cpu().data<double>().ToArray();
        var factor = new double[count, count];
        for (var row = 0; row < count; row++)
        {
            for (var column = 0; column <= row; column++)
            {
                var rest = values[(row * count) + column];
                for (var i = 0; i < column; i++) rest -= factor[row, i] * factor[column, i];
                if (row == column)
                {
                    if (!(rest > LeastOwn * values[(row * count) + row])) throw new DependentKeysException(row);
                    factor[row, row] = Math.Sqrt(rest);
                }
                else
                {
                    factor[row, column] = rest / factor[column, column];
                }
            }
        }
    }
}
