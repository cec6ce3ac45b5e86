using TorchSharp;
using static TorchSharp.torch;

namespace Attune.Adaptation;

/// <summary>Arithmetic of tensors with numbers that stay alive as long as native code reads them.</summary>
/// <remarks>
/// TorchSharp makes an object of every number, also of the factor 1 that <c>a + b</c> and <c>a - b</c> have, and nothing holds it during the native call: a
/// garbage collection at that moment frees it, and the operation fails or computes with what lies there. Operators are safe where both sides are
/// tensors and the operator is <c>*</c> or <c>/</c>.
/// </remarks>
internal static class TensorArithmetic
{
    private static readonly Scalar One = 1;

    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, One);

    public static Tensor Minus(this Tensor left, Tensor right) => left.add(right.neg(), One);

    public static Tensor Plus(this Tensor tensor, double number)
    {
        using Scalar scalar = number;
        return tensor.add(scalar, One); // the overload without a factor makes one
    }

    public static Tensor Times(this Tensor tensor, double factor)
    {
        using Scalar scalar = factor;
        return tensor.mul(scalar);
    }

    public static Tensor Over(this Tensor tensor, double divisor)
    {
        using Scalar scalar = divisor;
        return tensor.div(scalar);
    }

    /// <summary>Of integers.</summary>
    public static Tensor AtLeast(this Tensor tensor, long least)
    {
        using Scalar scalar = least;
        return tensor.clamp_min(scalar);
    }

    /// <summary>Of integers.</summary>
    public static Tensor EqualTo(this Tensor tensor, long number)
    {
        using Scalar scalar = number;
        return tensor.eq(scalar);
    }

    /// <summary>Of integers.</summary>
    public static Tensor DiffersFrom(this Tensor tensor, long number)
    {
        using Scalar scalar = number;
        return tensor.ne(scalar);
    }

    /// <summary>True where a value is smaller.</summary>
    public static Tensor IsBelow(this Tensor tensor, double number)
    {
        using Scalar scalar = number;
        return tensor.lt(scalar);
    }

    /// <summary>A number where the mask is true.</summary>
    public static Tensor FilledWhere(this Tensor tensor, Tensor mask, double number)
    {
        using Scalar scalar = number;
        return tensor.masked_fill(mask, scalar);
    }

    /// <summary>A copy of some rows. The caller's scope disposes.</summary>
    public static Tensor Rows(this Tensor tensor, IReadOnlyList<int> rows)
    {
        using var scope = NewDisposeScope();
        return tensor.index_select(0, torch.tensor(rows.Select(row => (long)row).ToArray(), device: tensor.device)).MoveToOuterDisposeScope();
    }

    /// <summary>L2 norm of each row, shape (N). Of a tensor of shape (N, P); the caller's scope disposes.</summary>
    public static Tensor RowNorms(this Tensor tensor) => tensor.norm(1);

    /// <summary>Each value times itself. TorchSharp's <c>square</c> is a power, whose exponent is such a number.</summary>
    public static Tensor Squared(this Tensor tensor) => tensor * tensor;

    /// <summary><c>addend + left * right</c> in one pass, each of the three spread over the dimensions that it lacks.</summary>
    public static Tensor PlusProduct(this Tensor addend, Tensor left, Tensor right) => addend.addcmul(left, right, One);

    /// <summary>Adds in place.</summary>
    public static Tensor Accumulate(this Tensor tensor, Tensor addend) => tensor.add_(addend, One);

    /// <summary>Adds a multiple in place.</summary>
    public static Tensor Accumulate(this Tensor tensor, Tensor addend, double factor)
    {
        using Scalar scalar = factor;
        return tensor.add_(addend, scalar);
    }

    /// <summary>Multiplies in place.</summary>
    public static Tensor Scale(this Tensor tensor, double factor)
    {
        using Scalar scalar = factor;
        return tensor.mul_(scalar);
    }
}
