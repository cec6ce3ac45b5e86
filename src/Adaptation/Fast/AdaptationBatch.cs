using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Recognition.Acoustic;
using static TorchSharp.torch;

namespace Attune.Adaptation.Fast;

/// <summary>Utterances that are adapted to at once: each has its own parameters, its own loss and its own optimizer.</summary>
/// <remarks>Belongs to one thread; the owner disposes it.</remarks>
internal sealed class AdaptationBatch(
    AdaptationPass pass, ParameterTensors parameters, AdamW optimizer, AdaptationObjective objective, TimeProvider time) : IDisposable
{
    /// <summary>One gradient step of every utterance.</summary>
    /// <returns>What it found of each; the time is that of all together, since each waits as long.</returns>
    public IReadOnlyList<AdaptationStep> Step()
    {
        var started = time.GetTimestamp();
        using var scope = NewDisposeScope();
        var terms = objective(pass.Forward(parameters), pass.FrameCounts);
        var gradients = parameters.Gradients(terms.Loss.sum()); // no row's loss depends on another row's parameters
        var norms = Values(gradients.RowNorms());
        optimizer.Step(parameters, gradients);
        var (losses, entropies, confusions, allBlank) = (Values(terms.Loss), Values(terms.Entropy), Values(terms.ClassConfusion), Flags(terms.AllBlank));
        var elapsed = time.GetElapsedTime(started);
        return [.. losses.Select((loss, row) => new AdaptationStep(loss, entropies[row], confusions[row], allBlank[row], norms[row], elapsed))];
    }

    /// <summary>The last forward pass of every utterance.</summary>
    public IReadOnlyList<(Logits Logits, double Loss, bool AllBlank, AdaptableParameters Parameters)> Finish()
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var logits = pass.Forward(parameters); // (N, T', V)
        var terms = objective(logits, pass.FrameCounts);
        var (losses, allBlank) = (Values(terms.Loss), Flags(terms.AllBlank));
        return [.. losses.Select((loss, row) => (Real(row), (double)loss, allBlank[row], parameters.ToParameters(row)))];

        Logits Real(int row) => new(Values(logits[row].narrow(0, 0, pass.FrameCounts[row])), (int)logits.shape[2]);
    }

    /// <summary>A batch of some of the utterances, which goes on from where this one stands.</summary>
    /// <param name="rows">Their numbers, at least one.</param>
    public AdaptationBatch Select(IReadOnlyList<int> rows) =>
        new(pass.Select(rows), parameters.Select(rows), optimizer.Select(rows), objective, time);

    public void Dispose()
    {
        pass.Dispose();
        optimizer.Dispose();
        parameters.Dispose();
    }

    private static float[] Values(Tensor tensor) => tensor.contiguous().cpu().data<float>().ToArray();

    private static bool[] Flags(Tensor tensor) => tensor.cpu().data<bool>().ToArray();
}
