using Attune.Recognition.Audio.EndPointing;

namespace Attune.Recognition.Tests.Audio.EndPointing;

public sealed class NoiseLevelTests
{
    private const double BinDb = 0.11;

    private readonly NoiseLevel _noise = new();

    [Fact]
    public void Add_LittleKnown_IsAQuietRooms()
    {
        Add(29, -30);
        Assert.Equal(-60, _noise.LevelDb);

        Add(1, -30);
        Assert.Equal(-30, _noise.LevelDb, BinDb);
    }

    [Fact]
    public void Add_NoiseThatVaries_IsItsMedian()
    {
        for (var tick = 0; tick < 900; tick++) Add(1, -50 + (tick % 9)); // -50 to -42

        Assert.Equal(-46, _noise.LevelDb, BinDb);
    }

    [Fact]
    public void Add_LouderNoise_IsKnownAfterFiveSeconds()
    {
        Add(1000, -50);

        Add(499, -30);
        Assert.Equal(-50, _noise.LevelDb, BinDb);
        Add(2, -30);

        Assert.Equal(-30, _noise.LevelDb, BinDb);
    }

    [Fact]
    public void Add_DigitalSilence_IsTheLowest()
    {
        Add(1000, LevelMeter.Silence);

        Assert.Equal(-80, _noise.LevelDb);
    }

    private void Add(int ticks, double levelDb)
    {
        for (var i = 0; i < ticks; i++) _noise.Add(levelDb);
    }
}
