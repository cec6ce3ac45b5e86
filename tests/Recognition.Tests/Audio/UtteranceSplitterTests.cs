using Attune.Recognition.Audio;

namespace Attune.Recognition.Tests.Audio;

public sealed class UtteranceSplitterTests
{
    private const int Rate = 16000;

    [Fact]
    public void Split_NotLongerThanLimit_GivesOnePiece()
    {
        var waveform = new Waveform(Signals.Noise(2 * Rate, seed: 1), Rate);

        Assert.Equal([new UtteranceSegment(0, 2 * Rate)], UtteranceSplitter.Split(waveform, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Split_Empty_GivesNothing()
    {
        Assert.Empty(UtteranceSplitter.Split(new Waveform([], Rate), TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Split_SilenceInLastThird_CutsInIt()
    {
        var samples = Signals.Noise(9 * Rate, seed: 2);
        samples.AsSpan(72000, 4000).Clear();

        var segments = UtteranceSplitter.Split(new Waveform(samples, Rate), TimeSpan.FromSeconds(6));

        Assert.Equal(2, segments.Count);
        Assert.InRange(segments[0].EndSample, 72800, 75200);
    }

    [Fact]
    public void Split_JustOverLimit_LeavesASecondForTheLastPiece()
    {
        var segments = UtteranceSplitter.Split(new Waveform(Signals.Noise((6 * Rate) + 1, seed: 3), Rate), TimeSpan.FromSeconds(6));

        Assert.Equal(2, segments.Count);
        Assert.InRange(segments[1].Length, Rate, 3 * Rate);
    }

    [Fact]
    public void Split_AllSilent_MakesAsFewPiecesAsPossible()
    {
        var segments = UtteranceSplitter.Split(new Waveform(new float[12 * Rate], Rate), TimeSpan.FromSeconds(6));

        Assert.Equal([6 * Rate, 6 * Rate], segments.Select(segment => segment.Length));
    }

    [Fact]
    public void Split_AnyLength_CoversEverythingInBoundedPieces()
    {
        var random = new Random(4);
        for (var round = 0; round < 50; round++)
        {
            var rate = random.Next(10, 3000);
            var limit = TimeSpan.FromSeconds(1 + (9 * random.NextDouble()));
            var samples = Signals.Noise(random.Next(1, 40 * rate), seed: round);

            var segments = UtteranceSplitter.Split(new Waveform(samples, rate), limit);

            var next = 0;
            foreach (var segment in segments)
            {
                Assert.Equal(next, segment.StartSample);
                Assert.InRange(segment.Length, 1, (int)(limit.TotalSeconds * rate));
                next = segment.EndSample;
            }

            Assert.Equal(samples.Length, next);
            if (segments.Count > 1) Assert.True(segments[^1].Length >= Math.Min(rate, (int)(limit.TotalSeconds * rate) / 3));
        }
    }

    [Fact]
    public void Split_LimitBelowOneSecond_Throws()
    {
        var waveform = new Waveform(new float[Rate], Rate);

        Assert.Throws<ArgumentOutOfRangeException>(() => UtteranceSplitter.Split(waveform, TimeSpan.FromMilliseconds(999)));
    }
}
