using Attune.Server.Text;

namespace Attune.Server.Checkpoints;

/// <summary>Every place in which a checkpoint may serve.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
internal sealed class ModelSlots(SpeechSlot speech, TextSlots texts)
{
    /// <summary>All of them, that of speech first, then those of text by name.</summary>
    public IReadOnlyList<IModelSlot> All { get; } = [speech, .. texts.All];

    /// <summary>The place of a model.</summary>
    /// <param name="model">Name of a text model; empty for the speech model.</param>
    /// <exception cref="TextOffException">There is no text model at all.</exception>
    /// <exception cref="TextModelNotFoundException">There is none of that name.</exception>
    public IModelSlot Find(string model) => model.Length == 0 ? speech : texts.Find(model);
}
