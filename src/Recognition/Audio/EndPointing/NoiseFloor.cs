namespace Attune.Recognition.Audio.EndPointing;

/// <summary>The level of what sounds all the time: the lowest level, averaged over 50 ms, of the last three seconds.</summary>
/// <remarks>
/// Minimum statistics (R. Martin, "Noise power spectral density estimation based on optimal smoothing and minimum statistics", 2001) on one
/// band: speech leaves gaps, noise does not. A louder noise is the floor after three seconds, a softer one at once. Until three seconds
/// were heard, the floor is taken to be a quiet room's, so that a stream may begin with speech. Not thread-safe.
/// </remarks>
internal sealed class NoiseFloor
{
    private const double QuietRoomDb = -60;
    private const double LowestDb = -80;
    private const int SmoothedTicks = 5;
    private const int TicksPerWindow = 25;
    private const int Windows = 12;

    private readonly double[] _recent = new double[SmoothedTicks];
    private readonly double[] _minima = new double[Windows];
    private long _ticks;

    public NoiseFloor() => Array.Fill(_minima, QuietRoomDb);

    /// <summary>The floor, in dB of full scale, at least -80.</summary>
    public double LevelDb { get; private set; } = QuietRoomDb;

    /// <summary>Takes the level of the next 10 ms, in dB of full scale.</summary>
    public void Add(double levelDb)
    {
        _recent[_ticks % SmoothedTicks] = Math.Pow(10, levelDb / 10);
        var window = (int)(_ticks / TicksPerWindow % Windows);
        if (_ticks >= SmoothedTicks)
        {
            var smoothed = 10 * Math.Log10(_recent.Sum() / SmoothedTicks);
            _minima[window] = _ticks % TicksPerWindow == 0 ? smoothed : Math.Min(_minima[window], smoothed);
            LevelDb = Math.Max(LowestDb, _minima.Min());
        }

        _ticks++;
    }
}
