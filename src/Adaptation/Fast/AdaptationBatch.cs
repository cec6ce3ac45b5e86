using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Recognition.Acoustic;
using static TorchSharp.torch;

namespace Attune.Adaptation.Fast;

/// <summary>Utterances that are adapted to at once: each has its own parameters, its own loss and its own optimizer.</summary>
/// <remarks>Belongs to one thread; the owner disposes it.</remarks>
/// <param name="pass">Owned from now on, as the others.</param>
/// <param name="parameters">Of each utterance.</param>
/// <param name="optimizer">Of the parameters.</param>
/// <param name="objective">What is minimised.</param>
/// <param name="time">Clock of the steps.</param>
/// <param name="neighbours">
/// Passes of others whose losses are added to that of the one utterance that there is. They come one after another, so that memory is that of the longest; on a processor a padded batch
/// of them would not be faster.
/// </param>
/// <param name="rounded">Whether steps multiply in bfloat16.</param>
/// <param name="recognizer">Makes the last forward pass, not disposed; <paramref name="pass"/> itself if null.</param>
internal sealed class AdaptationBatch(
    AdaptationPass pass,
    ParameterTensors parameters,
    AdamW optimizer,
    AdaptationObjective objective,
    TimeProvider time,
    IReadOnlyList<AdaptationPass> neighbours,
    bool rounded,
    OnnxAcousticModel? recognizer) : IDisposable
{
    /// <summary>One gradient step of every utterance.</summary>
    /// <returns>What it found of each; the time is that of all together, since each waits as long.</returns>
    public IReadOnlyList<AdaptationStep> Step()
    {
        var started = time.GetTimestamp();
        using var scope = NewDisposeScope();
        var terms = objective(pass.Forward(parameters, rounded), pass.FrameCounts);
        var gradients = parameters.Gradients(terms.Loss.sum()); // no row's loss depends on another row's parameters
        foreach (var neighbour in neighbours) AddGradient(neighbour, gradients);
        var norms = Values(gradients.RowNorms());
        optimizer.Step(parameters, gradients);
        var (losses, entropies, confusions, allBlank) = (Values(terms.Loss), Values(terms.Entropy), Values(terms.ClassConfusion), Flags(terms.AllBlank));
        var elapsed = time.GetElapsedTime(started);
        return [.. losses.Select((loss, row) => new AdaptationStep(loss, entropies[row], confusions[row], allBlank[row], norms[row], elapsed))];
    }

    /// <summary>The last forward pass of every utterance, in float32: what is answered with.</summary>
    public IReadOnlyList<(Logits Logits, double Loss, bool AllBlank)> Finish()
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        if (recognizer is not null) return [.. pass.FrameCounts.Select((_, row) => Finish(recognizer, row))];
        var logits = pass.Forward(parameters); // (N, T', V)
        var terms = objective(logits, pass.FrameCounts);
        var (losses, allBlank) = (Values(terms.Loss), Flags(terms.AllBlank));
        return [.. losses.Select((loss, row) => (Real(row), (double)loss, allBlank[row]))];

        Logits Real(int row) => new(Values(logits[row].narrow(0, 0, pass.FrameCounts[row])), (int)logits.shape[2]);
    }

    /// <summary>A copy of the parameters of an utterance, as they are now.</summary>
    /// <param name="row">Its number.</param>
    public AdaptableParameters ToParameters(int row) => parameters.ToParameters(row);

    /// <summary>A batch of some of the utterances, which goes on from where this one stands.</summary>
    /// <param name="rows">Their numbers, at least one.</param>
    public AdaptationBatch Select(IReadOnlyList<int> rows) =>
        new(pass.Select(rows), parameters.Select(rows), optimizer.Select(rows), objective, time, [], rounded, recognizer);

    public void Dispose()
    {
        pass.Dispose();
        foreach (var neighbour in neighbours) neighbour.Dispose();
        optimizer.Dispose();
        parameters.Dispose();
    }

    /// <summary>The last forward pass of one utterance in ONNX Runtime, which takes a third of the time; padding would only cost.</summary>
    private (Logits Logits, double Loss, bool AllBlank) Finish(OnnxAcousticModel acousticModel, int row)
    {
        var logits = parameters.Use(row, values => acousticModel.Run(pass.Waveform(row), values, CancellationToken.None));
        var terms = objective(tensor(logits.Values.ToArray(), [1, logits.FrameCount, logits.VocabularySize]), [logits.FrameCount]);
        return (logits, Values(terms.Loss)[0], Flags(terms.AllBlank)[0]);
    }

    private void AddGradient(AdaptationPass neighbour, Tensor gradients)
    {
        using var scope = NewDisposeScope();
        gradients.Accumulate(parameters.Gradients(objective(neighbour.Forward(parameters, rounded), neighbour.FrameCounts).Loss.sum()));
    }

    private static float[] Values(Tensor tensor) => tensor.contiguous().cpu().data<float>().ToArray();

    private static bool[] Flags(Tensor tensor) => tensor.cpu().data<bool>().ToArray();
}
