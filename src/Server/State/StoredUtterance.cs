using Attune.Adaptation;
using Attune.Adaptation.Buffering;
using Attune.Adaptation.Collapse;
using Attune.Adaptation.Objectives;

namespace Attune.Server.State;

/// <summary>How an utterance was recognised: with the model, the revision and the waveform, all that its final depends on.</summary>
/// <param name="ModelName">Name of the model, to find it again.</param>
/// <param name="ModelSha256">Identifies it.</param>
/// <param name="ParameterSet">What adaptation may change.</param>
/// <param name="Revision">Number of the revision that its domain served from.</param>
/// <param name="Fallback">Number of the one before, for when that had collapsed.</param>
/// <param name="StepsRun">Gradient steps that were run, even if their result was refused.</param>
/// <param name="LearningRate">Of each step.</param>
/// <param name="RepeatUpdatesPerEnclosingModule">See <see cref="Adaptation.Fast.FastUpdateOptions"/>.</param>
/// <param name="ThreadsPerWorker">libtorch threads: sums depend on them in the last bits.</param>
/// <param name="ForwardThreads">ONNX Runtime threads.</param>
/// <param name="PackWeights">Whether ONNX Runtime packed the weights.</param>
/// <param name="SampleRateHz">Of the waveform.</param>
/// <param name="Outcome">Whether the final is adapted, and if not, why not.</param>
/// <param name="Confidence">The final's.</param>
/// <param name="LossBefore">Loss of the draft; null if no step was run.</param>
/// <param name="LossAfter">Loss of the adapted weights; null if no step was run.</param>
internal sealed record RecognitionRecord(
    string ModelName,
    string ModelSha256,
    string ParameterSet,
    long Revision,
    long Fallback,
    int StepsRun,
    double LearningRate,
    bool RepeatUpdatesPerEnclosingModule,
    int ThreadsPerWorker,
    int ForwardThreads,
    bool PackWeights,
    int SampleRateHz,
    AdaptationOutcome Outcome,
    double Confidence,
    double? LossBefore,
    double? LossAfter)
{
    /// <summary>Hash of <see cref="Revision"/>'s bytes; null for the model itself. Numbers begin anew where a domain was deleted.</summary>
    public string? RevisionSha256 { get; init; }

    /// <summary>Hash of <see cref="Fallback"/>'s bytes; null for the model itself.</summary>
    public string? FallbackSha256 { get; init; }

    /// <summary>What steps minimised, by its name in settings.</summary>
    public string Objective { get; init; } = NamedObjectives.Suta;

    /// <summary>Type in which steps multiplied. Records that do not say so are of servers that knew float32 only.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Float32;

    /// <summary>Whether the server's language model took part in it.</summary>
    public bool ObjectiveKnowsLanguage { get; init; }

    /// <summary>Ids of the domain's utterances that joined the fast update, the most similar first; null if none did.</summary>
    public IReadOnlyList<string>? Neighbours { get; init; }

    /// <summary>What drafts and finals were checked with.</summary>
    public CollapseBounds Collapse { get; init; } = CollapseBounds.Of(new CollapseOptions());

    /// <summary>The processor: another kind may sum in another order. Null if the system does not say.</summary>
    public string? Processor { get; init; }
}

/// <summary>An utterance as the store keeps it.</summary>
/// <param name="Utterance">What is learnt from.</param>
/// <param name="Recognition">What is needed to recognise it again.</param>
/// <remarks>Immutable. Personal data.</remarks>
internal sealed record StoredUtterance(BufferedUtterance Utterance, RecognitionRecord Recognition)
{
    /// <summary>Where it lies among others; null if that was not asked for, or by a server that did not know of it. Such an utterance is nobody's neighbour.</summary>
    public ReadOnlyMemory<float>? Embedding { get; init; }
}
