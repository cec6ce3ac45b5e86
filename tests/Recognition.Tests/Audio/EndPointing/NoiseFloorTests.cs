using Attune.Recognition.Audio.EndPointing;

namespace Attune.Recognition.Tests.Audio.EndPointing;

public sealed class NoiseFloorTests
{
    [Fact]
    public void Add_ConstantLevel_IsTheFloorAfterThreeSeconds()
    {
        var floor = new NoiseFloor();

        for (var tick = 0; tick < 299; tick++) floor.Add(-30);
        Assert.Equal(-60, floor.LevelDb);
        for (var tick = 0; tick < 30; tick++) floor.Add(-30);

        Assert.Equal(-30, floor.LevelDb, 1e-9);
    }

    [Fact]
    public void Add_SofterNoise_IsTheFloorAtOnce()
    {
        var floor = new NoiseFloor();
        for (var tick = 0; tick < 400; tick++) floor.Add(-30);

        for (var tick = 0; tick < 5; tick++) floor.Add(-45);

        Assert.Equal(-45, floor.LevelDb, 1e-9);
    }

    [Fact]
    public void Add_SpeechWithGaps_KeepsTheLevelOfTheGaps()
    {
        var floor = new NoiseFloor();

        for (var tick = 0; tick < 1000; tick++) floor.Add(tick % 100 < 80 ? -20 : -50);

        Assert.Equal(-50, floor.LevelDb, 1e-9);
    }

    [Fact]
    public void Add_DigitalSilence_StaysAboveTheLowestFloor()
    {
        var floor = new NoiseFloor();

        for (var tick = 0; tick < 400; tick++) floor.Add(LevelMeter.Silence);

        Assert.Equal(-80, floor.LevelDb);
    }
}
