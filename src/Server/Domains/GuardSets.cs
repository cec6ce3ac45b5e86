using Attune.Adaptation;
using Attune.Adaptation.Gate;
using Attune.Recognition.Audio;
using Attune.Server.Serving;

namespace Attune.Server.Domains;

/// <summary>The guard set that lies with the configured model, as each model hears it: once, however often that model comes back.</summary>
/// <remarks>The clips are read when a model first hears them; those that are changed afterwards count from the next start. Thread-safe.</remarks>
internal sealed class GuardSets(RecognitionSettings settings, AudioDecoder decoder)
{
    /// <summary>Models whose transcripts are kept: the one that serves, the next, and those that they were exchanged with.</summary>
    private const int Capacity = 4;

    private readonly Lock _lock = new();
    private readonly List<(string? Checkpoint, string Sha256, GuardSet Set)> _heard = []; // the latest first

    /// <summary>What a model itself hears in the clips; <see cref="GuardSet.Empty"/> if there are none.</summary>
    /// <param name="model">Leased or owned by the caller.</param>
    /// <param name="thread">Where it hears them.</param>
    /// <param name="cancellationToken">Honoured between clips.</param>
    /// <exception cref="Attune.Adaptation.Training.ManifestException">A line of the manifest is wrong.</exception>
    /// <exception cref="AudioException">A clip cannot be decoded.</exception>
    public async Task<GuardSet> HearAsync(LoadedModel model, BackgroundThread thread, CancellationToken cancellationToken)
    {
        var sha256 = model.Recognizer.Model.Sha256;
        lock (_lock)
        {
            var known = _heard.FindIndex(heard => heard.Checkpoint == model.Checkpoint && heard.Sha256 == sha256);
            if (known >= 0) return _heard[known].Set;
        }

        var set = await model.Recognizer.ReadGuardSetAsync(decoder, settings.Recognition.ResolveModel(), cancellationToken, thread);
        lock (_lock)
        {
            _heard.Insert(0, (model.Checkpoint, sha256, set));
            if (_heard.Count > Capacity) _heard.RemoveAt(Capacity);
        }

        return set;
    }
}
