using Attune.Adaptation;
using Attune.Adaptation.Checkpoints;
using Attune.Server.Serving;
using Attune.Server.State;

namespace Attune.Server.Checkpoints;

/// <summary>A place in which one model serves at a time: that of speech, or of a text model of the settings.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IModelSlot
{
    /// <summary>Name of the text model in the settings; empty for the speech model.</summary>
    string Name { get; }

    /// <summary>Id of the checkpoint that serves; null for the configured model.</summary>
    string? Checkpoint { get; }

    /// <summary>Loads and warms up what is to serve, beside what does. Takes a while; it runs on the caller's thread.</summary>
    /// <param name="id">Full id; null for the configured model.</param>
    /// <param name="cancellationToken">Honoured between steps.</param>
    /// <exception cref="CheckpointException">NotFound, Damaged, WrongKind or Invalid.</exception>
    IStagedModel Stage(string? id, CancellationToken cancellationToken);
}

/// <summary>A model that stands ready beside the one that serves in its place.</summary>
/// <remarks>To be used by one activation, in the order of its methods. Disposing it frees the model; after it was swapped in it is not disposed.</remarks>
internal interface IStagedModel : IDisposable
{
    /// <summary>Compares it with the one that serves.</summary>
    /// <param name="thread">Where both are asked.</param>
    /// <param name="cancellationToken">Honoured between questions.</param>
    Task<CheckpointVerdict> JudgeAsync(BackgroundThread thread, CancellationToken cancellationToken);

    /// <summary>Has domains take along what they have. Done again, it does what is missing.</summary>
    /// <param name="thread">Where it is worked out.</param>
    /// <param name="cancellationToken">Honoured between domains.</param>
    /// <exception cref="StateUnavailableException">The store cannot be reached.</exception>
    Task CarryAsync(BackgroundThread thread, CancellationToken cancellationToken);

    /// <summary>Has it serve new requests.</summary>
    /// <returns>The one that did, which is freed after its last lease.</returns>
    SharedModel Swap();

    /// <summary>Has domains take along what they got between <see cref="CarryAsync"/> and <see cref="Swap"/>.</summary>
    /// <inheritdoc cref="CarryAsync"/>
    Task SettleAsync(BackgroundThread thread, CancellationToken cancellationToken);
}
