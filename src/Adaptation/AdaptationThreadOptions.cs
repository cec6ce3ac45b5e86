using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation;

/// <summary>The threads that adapt.</summary>
public sealed class AdaptationThreadOptions
{
    public const string Section = "Adaptation:Threads";

    /// <summary>
    /// Utterances adapted to at the same time. From 0 to 256; 0, the default, means as many as the cores allow with
    /// <see cref="ThreadsPerWorker"/> each, at least 1.
    /// </summary>
    [Range(0, 256)]
    public int Workers { get; set; }

    /// <summary>
    /// libtorch threads for each of them. From 0 to 256; 0, the default, means 1 for models with a hidden size below 512, which a second thread makes slower,
    /// and 2 for others, or 1 on a single core. Results are bit-identical for equal values only.
    /// </summary>
    [Range(0, 256)]
    public int ThreadsPerWorker { get; set; }

    /// <summary>
    /// Utterances that one worker adapts to at once, where several wait and this is faster than one after another: short ones, in small models, with parameter sets of
    /// few values (<c>layer-norm</c>, <c>top-K</c>, <c>bias</c>, <c>lora</c>), in float32. No worker waits for company. From 1, which turns it off, to 64. Default 4. Results are
    /// those of an utterance alone to within rounding.
    /// </summary>
    [Range(1, 64)]
    public int MaxBatch { get; set; } = 4;

    /// <summary>
    /// Utterances that may wait for a worker. Beyond that they are answered with the draft. From 1 to 100,000. Default 64.
    /// </summary>
    [Range(1, 100_000)]
    public int QueueCapacity { get; set; } = 64;

    /// <summary>
    /// Whether adaptation, learning and models in the making run only on cores that nothing else wants, by Linux's policy SCHED_IDLE, rather than behind the rest by their nice values: drafts
    /// that begin are then put where such work runs, and at once. Default false. For a server with a control group of its own, as containers and systemd's services have: any
    /// other program of the group that keeps all cores busy leaves them next to nothing. Learning then comes no later than fast updates.
    /// </summary>
    public bool OnlyIdleCores { get; set; }
}
