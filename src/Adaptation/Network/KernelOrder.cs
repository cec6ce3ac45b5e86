using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Network;

/// <summary>How the values of a layout lie in a buffer: as the layout says, but for kernels of the feature extractor where their taps come before their input channels.</summary>
/// <remarks>
/// A kernel is stored as (C', C, k), and a product over windows takes it as (C', k C). In the product's order it needs no rearranging in each step, forward and backward, which is a tenth of a short
/// one. Immutable and thread-safe.
/// </remarks>
/// <param name="layout">Which parameter lies where.</param>
/// <param name="tapsFirst">Whether taps come first, as <see cref="Wav2Vec2Network.KernelTapsFirst"/> says.</param>
internal sealed class KernelOrder(ParameterLayout layout, bool tapsFirst)
{
    /// <summary>Whether any values lie elsewhere than the layout says.</summary>
    public bool Differs { get; } = layout.Slices.Any(slice => IsReordered(slice, tapsFirst));

    /// <summary>Copies values in the layout's order into the buffer's.</summary>
    public void Store(ReadOnlySpan<float> values, Span<float> stored) => Copy(values, stored, rowsAt: 1);

    /// <summary>Copies values in the buffer's order into the layout's.</summary>
    public void Restore(ReadOnlySpan<float> stored, Span<float> values) => Copy(stored, values, rowsAt: 2);

    /// <summary>A parameter's tensor over its part of a buffer.</summary>
    /// <param name="part">Shape (N, length).</param>
    /// <param name="slice">The parameter.</param>
    /// <returns>Of the parameter's shape, with a leading N if that is not 1. The caller's scope disposes.</returns>
    public Tensor View(Tensor part, ParameterSlice slice)
    {
        var shape = slice.Parameter.Shape;
        long[] rows = part.shape[0] == 1 ? [] : [part.shape[0]];
        return IsReordered(slice, tapsFirst) ? part.view([.. rows, shape[0], shape[2], shape[1]]).transpose(-1, -2) : part.view([.. rows, .. shape]);
    }

    /// <summary>The opposite of <see cref="View"/>, shape (N, length); of a tensor that lies otherwise, a copy.</summary>
    public Tensor Flat(Tensor tensor, ParameterSlice slice, int rows) =>
        (IsReordered(slice, tapsFirst) ? tensor.transpose(-1, -2) : tensor).reshape(rows, -1);

    private static bool IsReordered(ParameterSlice slice, bool tapsFirst) => tapsFirst && slice.Parameter is { Part: ModelPart.FeatureExtractor, Shape: [_, > 1, _] };

    /// <param name="from">Values in one order.</param>
    /// <param name="to">Gets them in the other.</param>
    /// <param name="rowsAt">Dimension of a kernel (C', C, k) that comes first in <paramref name="from"/>, after C'.</param>
    private void Copy(ReadOnlySpan<float> from, Span<float> to, int rowsAt)
    {
        foreach (var slice in layout.Slices)
        {
            if (!IsReordered(slice, tapsFirst))
            {
                from.Slice(slice.Offset, slice.Length).CopyTo(to[slice.Offset..]);
                continue;
            }

            var shape = slice.Parameter.Shape;
            var (rows, columns) = ((int)shape[rowsAt], (int)shape[3 - rowsAt]);
            for (var start = slice.Offset; start < slice.Offset + slice.Length; start += rows * columns)
                Transpose(from.Slice(start, rows * columns), to.Slice(start, rows * columns), rows, columns);
        }
    }

    private static void Transpose(ReadOnlySpan<float> matrix, Span<float> transposed, int rows, int columns)
    {
        if (rows > columns) // the longer loop within
        {
            for (var column = 0; column < columns; column++)
            {
                for (var row = 0; row < rows; row++) transposed[(column * rows) + row] = matrix[(row * columns) + column];
            }

            return;
        }

        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++) transposed[(column * rows) + row] = matrix[(row * columns) + column];
        }
    }
}
