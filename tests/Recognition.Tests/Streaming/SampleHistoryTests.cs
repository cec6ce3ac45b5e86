using Attune.Recognition.Streaming;
using Attune.Recognition.Tests.Audio;

namespace Attune.Recognition.Tests.Streaming;

public sealed class SampleHistoryTests
{
    [Fact]
    public void Slice_AfterManyAppendsAndDrops_GivesTheSamplesOfTheirPlaces()
    {
        var samples = Signals.Noise(2_000_000, seed: 1);
        var random = new Random(2);
        var history = new SampleHistory();

        while (history.End < samples.Length)
        {
            var count = (int)Math.Min(random.Next(0, 50_000), samples.Length - history.End);
            history.Append(samples.AsSpan((int)history.End, count));
            history.DropBefore(history.End - random.Next(0, 300_000));
            var from = history.Start + random.Next(0, (int)(history.End - history.Start) + 1);
            Assert.Equal(samples[(int)from..(int)history.End], history.Slice(from, history.End).ToArray());
        }
    }

    [Fact]
    public void DropBefore_ForgottenPlace_DropsNothing()
    {
        var history = new SampleHistory();
        history.Append(new float[100]);
        history.DropBefore(50);

        history.DropBefore(20);

        Assert.Equal((50, 100), (history.Start, history.End));
    }
}
