using Attune.Adaptation.Strategies;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Strategies;

public sealed class AnchoredDomainTests : IDisposable
{
    private const double LearningRate = 1e-3;
    private readonly Model _model = TestModels.Open("tiny-layer", out _);

    [Fact]
    public async Task NextAsync_NoDecay_LeaderIsTheChaserAfterOneStepOfAdamW()
    {
        using var domain = Create(decay: 0);
        Assert.Same(domain.Anchor, domain.Leader);

        await domain.NextAsync(TestModels.Waveform(16_000, seed: 1), default);

        // AdamW's first step moves each value by the learning rate, whatever its gradient's size.
        var moved = Differences(domain);
        Assert.All(moved, difference => Assert.InRange(Math.Abs(difference), 0, 1.01 * LearningRate));
        Assert.True(moved.Count(difference => Math.Abs(difference) > 0.9 * LearningRate) > moved.Length / 2);
    }

    [Fact]
    public async Task NextAsync_Decay_LeaderTakesItsShareOfTheTaskVector()
    {
        using var free = Create(decay: 0);
        using var slow = Create(decay: 0.9);
        var speech = TestModels.Waveform(16_000, seed: 2);

        await free.NextAsync(speech, default);
        await slow.NextAsync(speech, default);

        Assert.All(Differences(free).Zip(Differences(slow)), pair => Assert.Equal(0.1 * pair.First, pair.Second, 1e-6));
        Assert.NotSame(slow.Anchor, slow.Leader);
    }

    [Fact]
    public async Task NextAsync_SameStream_GivesTheSameLeader()
    {
        using var first = Create(decay: 0.5);
        using var second = Create(decay: 0.5);

        for (var i = 0; i < 3; i++)
        {
            var speech = TestModels.Waveform(12_000 + (1_000 * i), seed: i);
            Assert.Equal((await first.NextAsync(speech, default)).Text, (await second.NextAsync(speech, default)).Text);
        }

        Assert.Equal(first.Leader.Values.ToArray(), second.Leader.Values.ToArray());
        Assert.Equal(first.Recall(TestModels.Waveform(9_000, 7), default).Text, second.Recall(TestModels.Waveform(9_000, 7), default).Text);
    }

    public void Dispose() => _model.Dispose();

    private AnchoredDomain Create(double decay) => new(
        _model, new AnchoredOptions { LearningRate = LearningRate, LeaderDecay = decay }, new OnnxOptions { Threads = 1 }, threads: 1);

    private static float[] Differences(AnchoredDomain domain) =>
        [.. domain.Leader.Values.ToArray().Zip(domain.Anchor.Values.ToArray(), (leader, anchor) => leader - anchor)];
}
