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
    public void Store(ReadOnlySpan<float> values, Span<float> stored)
    {
        foreach (var slice in layout.Slices)
        {
            var from = values.Slice(slice.Offset, slice.Length);
            var to = stored.Slice(slice.Offset, slice.Length);
            if (!IsReordered(slice, tapsFirst)) from.CopyTo(to);
            else Transpose(from, to, rows: (int)slice.Parameter.Shape[1], columns: (int)slice.Parameter.Shape[2]);
        }
    }

    /// <summary>Copies values in the buffer's order into the layout's.</summary>
    public void Restore(ReadOnlySpan<float> stored, Span<float> values)
    {
        foreach (var slice in layout.Slices)
        {
            var from = stored.Slice(slice.Offset, slice.Length);
            var to = values.Slice(slice.Offset, slice.Length);
            if (!IsReordered(slice, tapsFirst)) from.CopyTo(to);
            else Transpose(from, to, rows: (int)slice.Parameter.Shape[2], columns: (int)slice.Parameter.Shape[1]);
        }
    }

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

    /// <summary>Of each of some matrices that follow each other, rows become columns.</summary>
    private static void Transpose(ReadOnlySpan<float> from, Span<float> to, int rows, int columns)
    {
        for (var start = 0; start < from.Length; start += rows * columns)
        {
            var matrix = from.Slice(start, rows * columns);
            var transposed = to.Slice(start, rows * columns);
            if (rows < columns)
            {
                for (var row = 0; row < rows; row++)
                {
                    for (var column = 0; column < columns; column++) transposed[(column * rows) + row] = matrix[(row * columns) + column];
                }
            }
            else
            {
                for (var column = 0; column < columns; column++)
                {
                    for (var row = 0; row < rows; row++) transposed[(column * rows) + row] = matrix[(row * columns) + column];
                }
            }
        }
    }
}
