namespace Attune.Adaptation.Collapse;

/// <summary>Watches what one domain serves, and says when the revision that it serves from has collapsed.</summary>
/// <remarks>
/// <para>A sliding window over the outputs of the current revision: outputs of another one start it anew. A revision is collapsed at the first output that is no number
/// or whose parameters have drifted, and otherwise when the window has enough signs (<see cref="CollapseOptions"/>). What is done then is the
/// caller's: <see cref="Slow.LearningState.WithoutCollapsed"/>.</para>
/// <para>Thread-safe.</para>
/// </remarks>
/// <param name="options">Window and bounds.</param>
/// <param name="time">Clock of the window.</param>
public sealed class CollapseDetector(CollapseOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Queue<(long Timestamp, bool IsSign)> _outputs = [];
    private long _revision;
    private int _signs;

    /// <summary>Takes note of one output.</summary>
    /// <param name="revision">Number of the revision that the utterance was to be served from.</param>
    /// <param name="sign">The sign that its draft showed and the model's did not; null for none.</param>
    /// <returns>Whether the revision has collapsed. The window starts anew then.</returns>
    public bool Observe(long revision, CollapseSign? sign)
    {
        lock (_lock)
        {
            if (revision != _revision) Clear(revision);
            Forget();
            _outputs.Enqueue((time.GetTimestamp(), sign is not null));
            if (sign is not null) _signs++;
            if (!IsCollapsed(sign)) return false;
            Clear(revision);
            return true;
        }
    }

    private bool IsCollapsed(CollapseSign? sign) =>
        sign is CollapseSign.NotFinite or CollapseSign.Drift
        || (sign is not null && _signs >= options.MinSigns && _signs >= options.MinShare * _outputs.Count);

    private void Forget()
    {
        while (_outputs.TryPeek(out var oldest)
            && (_outputs.Count >= options.Window || time.GetElapsedTime(oldest.Timestamp) > options.MaxAge))
        {
            if (_outputs.Dequeue().IsSign) _signs--;
        }
    }

    private void Clear(long revision)
    {
        _revision = revision;
        _outputs.Clear();
        _signs = 0;
    }
}
