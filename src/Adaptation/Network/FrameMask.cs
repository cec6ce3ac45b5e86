using static TorchSharp.torch;

namespace Attune.Adaptation.Network;

/// <summary>How many frames of each utterance of a padded batch are real.</summary>
/// <remarks>Belongs to one forward pass and its dispose scope.</remarks>
public sealed class FrameMask
{
    /// <param name="frameCounts">Real frames of each utterance.</param>
    /// <param name="longest">Frames of the padded tensor.</param>
    public FrameMask(IReadOnlyList<int> frameCounts, long longest)
    {
        Counts = frameCounts;
        if (frameCounts.All(count => count == longest)) return;
        // Written here rather than compared there: arange makes objects of its numbers that nothing holds (see TensorArithmetic).
        var valid = new bool[frameCounts.Count, longest];
        for (var row = 0; row < frameCounts.Count; row++)
        {
            for (var frame = 0; frame < frameCounts[row]; frame++) valid[row, frame] = true;
        }

        Valid = tensor(valid, device: TorchRuntime.Device);
    }

    /// <summary>Real frames of each utterance.</summary>
    public IReadOnlyList<int> Counts { get; }

    /// <summary>True where a frame is real, shape (N, T'); null if all are.</summary>
    public Tensor? Valid { get; }

    /// <summary>Zeroes padded frames of a tensor of shape (N, T', channels).</summary>
    public Tensor Zero(Tensor x) => Valid is null ? x : x * Valid.unsqueeze(-1);
}
