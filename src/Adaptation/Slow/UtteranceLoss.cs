using System.Runtime.InteropServices;
using Attune.Adaptation.Objectives;
using Attune.Recognition.Acoustic;
using static TorchSharp.torch;

namespace Attune.Adaptation.Slow;

/// <summary>The loss of an utterance with any version of the adaptable parameters, without gradient.</summary>
/// <remarks>The forward pass is ONNX Runtime's, which is faster and agrees with libtorch's within 1e-5. Thread-safe.</remarks>
/// <param name="acousticModel">Not disposed.</param>
/// <param name="objective">What is measured.</param>
/// <param name="precedence">What each pass gives way to; nothing if null.</param>
public sealed class UtteranceLoss(OnnxAcousticModel acousticModel, AdaptationObjective objective, RequestPrecedence? precedence = null)
{
    /// <summary>The loss of an utterance.</summary>
    /// <param name="parameters">Null for the model's own.</param>
    /// <param name="waveform">Normalised samples at the model's rate.</param>
    /// <param name="cancellationToken">Ends the pass between two operators.</param>
    public double Of(AdaptableParameters? parameters, ReadOnlyMemory<float> waveform, CancellationToken cancellationToken)
    {
        precedence?.GiveWay(cancellationToken);
        return Of(acousticModel.Run(waveform, parameters, cancellationToken));
    }

    /// <summary>The loss of logits.</summary>
    public double Of(Logits logits)
    {
        TorchRuntime.EnsureLoaded();
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var values = empty(1, logits.FrameCount, logits.VocabularySize, dtype: ScalarType.Float32); // (1, T', V)
        logits.Values.CopyTo(MemoryMarshal.Cast<byte, float>(values.bytes));
        return objective(values.to(TorchRuntime.Device), [logits.FrameCount]).Loss.item<float>();
    }
}
