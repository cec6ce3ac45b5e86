using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Adaptation.Slow;
using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Tests;

public class RequestPrecedenceTests
{
    private static readonly TimeSpan ForEver = TimeSpan.FromHours(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void GiveWay_NoRequest_DoesNotWait()
    {
        var precedence = new RequestPrecedence(ForEver);
        precedence.Begin().Dispose();

        precedence.GiveWay(CancellationToken.None); // or the test would never end
    }

    [Fact]
    public async Task GiveWay_TwoRequests_WaitsForTheEndOfBoth()
    {
        var precedence = new RequestPrecedence(ForEver);
        var (first, second) = (precedence.Begin(), precedence.Begin());
        var waiting = Task.Run(() => precedence.GiveWay(CancellationToken.None), Token);

        first.Dispose();
        first.Dispose(); // counts once
        Assert.False(waiting.IsCompleted);
        second.Dispose();

        await waiting.WaitAsync(Token);
    }

    [Fact]
    public void GiveWay_RequestsWithoutEnd_WaitsNoLongerThanTheBound()
    {
        var precedence = new RequestPrecedence(TimeSpan.FromMilliseconds(1));
        using var request = precedence.Begin();

        precedence.GiveWay(CancellationToken.None);
    }

    [Fact]
    public void GiveWay_Cancelled_Throws() =>
        Assert.Throws<OperationCanceledException>(() => new RequestPrecedence().GiveWay(new CancellationToken(canceled: true)));

    [Fact]
    public async Task SlowUpdate_RequestAtWork_StandsBackAndGivesTheSame()
    {
        using var model = TestModels.Open("tiny-layer", out _);
        using var network = new Wav2Vec2Network(model);
        var options = new FastUpdateOptions();
        var source = AdaptableParameters.Source(model, ParameterSet.Suta);
        var precedence = new RequestPrecedence(ForEver);
        ReadOnlyMemory<float>[] waveforms = [TestModels.Waveform(8_000, seed: 1), TestModels.Waveform(9_000, seed: 2)];
        var expected = Run(new SlowUpdate(network, model, options, source));
        var update = new SlowUpdate(network, model, options, source, precedence: precedence);

        var request = precedence.Begin();
        var learning = Task.Run(() => Run(update), Token);
        Assert.False(learning.IsCompleted);
        request.Dispose();

        var result = await learning.WaitAsync(Token);
        Assert.Equal(expected.State.Parameters.Values.ToArray(), result.State.Parameters.Values.ToArray());

        SlowUpdateResult Run(SlowUpdate slow)
        {
            TorchSharp.torch.set_num_threads(1); // of the calling thread; with another number sums are rounded otherwise
            return slow.Run(null, waveforms, CancellationToken.None);
        }
    }
}
