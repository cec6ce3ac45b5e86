namespace Attune.Recognition.Streaming;

/// <summary>The newest samples of a stream, addressed by their place in it.</summary>
/// <remarks>Grows with what is kept, and gives memory back when that is little. Not thread-safe.</remarks>
internal sealed class SampleHistory
{
    private const int InitialCapacity = 1 << 15;

    private float[] _samples = new float[InitialCapacity];
    private int _first;
    private int _count;

    /// <summary>Place of the oldest sample kept.</summary>
    public long Start { get; private set; }

    /// <summary>Place behind the newest sample.</summary>
    public long End => Start + _count;

    /// <summary>Adds samples.</summary>
    public void Append(ReadOnlySpan<float> samples)
    {
        var needed = _count + samples.Length;
        if (_first + needed > _samples.Length) Move(2 * needed > _samples.Length ? 2 * needed : _samples.Length);
        samples.CopyTo(_samples.AsSpan(_first + _count));
        _count += samples.Length;
    }

    /// <summary>Forgets what lies before a place; nothing if it is already forgotten.</summary>
    public void DropBefore(long place)
    {
        var dropped = (int)Math.Clamp(place - Start, 0, _count);
        Start += dropped;
        _first += dropped;
        _count -= dropped;
        if (_samples.Length > InitialCapacity && _count < _samples.Length / 8) Move(Math.Max(InitialCapacity, 2 * _count));
    }

    /// <summary>The samples from a place up to another; valid until the next change.</summary>
    public ReadOnlyMemory<float> Slice(long from, long to) => _samples.AsMemory(_first + (int)(from - Start), (int)(to - from));

    /// <summary>Moves what is kept to the beginning of the buffer, or of another one.</summary>
    private void Move(int capacity)
    {
        var target = capacity == _samples.Length ? _samples : new float[capacity];
        _samples.AsSpan(_first, _count).CopyTo(target);
        _samples = target;
        _first = 0;
    }
}
