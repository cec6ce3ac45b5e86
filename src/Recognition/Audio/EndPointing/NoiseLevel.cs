namespace Attune.Recognition.Audio.EndPointing;

/// <summary>The level that is usual where nobody speaks: the median of the last ten seconds of it.</summary>
/// <remarks>
/// Beside the <see cref="NoiseFloor"/>, which is the lowest that sounds fall to, speech included: babble and slamming doors are mostly louder than that. Until 300 ms
/// of it are known, it is taken to be a quiet room's, so that a stream may begin with speech. Not thread-safe.
/// </remarks>
internal sealed class NoiseLevel
{
    private const double QuietRoomDb = -60;
    private const double LowestDb = -80;
    private const int Window = 1000;
    private const int TicksToKnow = 30;
    private const int BinsPerDb = 10;

    private readonly int[] _counts = new int[(-(int)LowestDb * BinsPerDb) + 1];
    private readonly int[] _bins = new int[Window];
    private long _ticks;

    /// <summary>The level, in dB of full scale, from -80.</summary>
    public double LevelDb { get; private set; } = QuietRoomDb;

    /// <summary>Takes the level of 10 ms in which nobody speaks, in dB of full scale.</summary>
    public void Add(double levelDb)
    {
        var slot = _ticks % Window;
        if (_ticks >= Window) _counts[_bins[slot]]--;
        _bins[slot] = (int)Math.Clamp((levelDb - LowestDb) * BinsPerDb, 0, _counts.Length - 1);
        _counts[_bins[slot]]++;
        if (++_ticks >= TicksToKnow) LevelDb = LowestDb + (Median() / (double)BinsPerDb);
    }

    private int Median()
    {
        var bin = 0;
        for (var below = _counts[0]; 2 * below < Math.Min(_ticks, Window); below += _counts[bin]) bin++;
        return bin;
    }
}
