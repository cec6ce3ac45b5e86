using Attune.Adaptation.Training;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Training;

public sealed class TrainingDataTests : IDisposable
{
    private readonly Model _model = Model.Open(RepositoryFiles.Golden("tiny-layer"));

    [Fact]
    public void Plan_AnEpoch_HasEachUtteranceOnceInBatchesOfAtMostTheirDuration()
    {
        var data = Create(40, seed: 1);

        var plan = data.Plan(3);

        Assert.Equal(Enumerable.Range(0, 40), plan.SelectMany(batch => batch.Items).Select(item => item.Utterance).Order());
        foreach (var batch in plan)
        {
            var longest = batch.Items.Max(item => (int)(data.Utterances[item.Utterance].Samples.Length / item.Speed));
            Assert.True(batch.Items.Count == 1 || longest * batch.Items.Count <= 4 * 16_000);
        }
    }

    [Fact]
    public void Plan_OtherEpochOrSeed_IsAnotherOrder()
    {
        var data = Create(40, seed: 1);

        Assert.Equal(Order(data, 0), Order(Create(40, seed: 1), 0));
        Assert.NotEqual(Order(data, 0), Order(data, 1));
        Assert.NotEqual(Order(data, 0), Order(Create(40, seed: 2), 0));
    }

    [Fact]
    public void From_APosition_GivesWhatTheWholeSequenceGivesThere()
    {
        var data = Create(20, seed: 1);
        var epoch = data.Plan(0).Count;

        var all = data.From(default).Take(epoch + 3).ToList();
        var rest = data.From(new DataPosition(0, epoch - 2)).Take(5).ToList();

        Assert.Equal(new DataPosition(1, 2), rest[^1].Position);
        foreach (var (expected, batch) in all.Skip(epoch - 2).Zip(rest))
        {
            Assert.Equal(expected.Position, batch.Position);
            Assert.Equal(expected.Labels, batch.Labels);
            Assert.Equal(expected.Waveforms.Select(waveform => waveform.ToArray()), batch.Waveforms.Select(waveform => waveform.ToArray()));
        }
    }

    [Theory]
    [InlineData(0.25, 5)]
    [InlineData(1.5, 30)]
    public void Plan_Replay_MixesInItsShare(double ratio, int expected)
    {
        var (added, replayed) = (Tones.Create(_model, 20, seed: 1), Tones.Create(_model, 50, seed: 2));
        var data = new TrainingData(
            [new(added), TrainingSource.Replay(replayed, ratio, added.Count)], _model, NoAugmentation, TimeSpan.FromSeconds(4), 1);

        var first = Replayed(data, 0);

        Assert.Equal(expected, first.Length);
        Assert.NotEqual(first, Replayed(data, 1));
        static int[] Replayed(TrainingData data, int epoch) =>
            [.. data.Plan(epoch).SelectMany(batch => batch.Items).Select(item => item.Utterance).Where(index => index >= 20).Order()];
    }

    [Fact]
    public void DrawSpeed_ShortUtterance_IsNotMadeTooShortForItsTranscript()
    {
        var augmentation = new Augmentation(new AugmentationOptions { SlowestSpeed = 1, FastestSpeed = 2 }, 16_000, []);
        var random = new Random(1);

        for (var i = 0; i < 100; i++) Assert.True(Augmentation.ResampledLength(1000, augmentation.DrawSpeed(1000, 900, random)) >= 900);
    }

    public void Dispose() => _model.Dispose();

    private static Augmentation NoAugmentation => new(AugmentationOptions.None, 16_000, []);

    private static int[] Order(TrainingData data, int epoch) =>
        [.. data.Plan(epoch).SelectMany(batch => batch.Items).Select(item => item.Utterance)];

    private TrainingData Create(int count, int seed) => new(
        [new(Tones.Create(_model, count, seed: 1))], _model, new Augmentation(new AugmentationOptions(), 16_000, []), TimeSpan.FromSeconds(4), seed);
}
