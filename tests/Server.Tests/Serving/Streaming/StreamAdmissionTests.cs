using Attune.Server.Serving.Streaming;
using Microsoft.Extensions.Options;

namespace Attune.Server.Tests.Serving.Streaming;

public class StreamAdmissionTests
{
    private readonly StreamAdmission _admission = new(Options.Create(new StreamOptions { MaxConcurrent = 3, MaxPerClient = 2 }));

    [Fact]
    public void Enter_ClientHasItsShare_IsRefusedWhileOthersAreNot()
    {
        _admission.Enter("a");
        _admission.Enter("a");

        var refusal = Assert.Throws<StreamLimitException>(() => _admission.Enter("a"));

        Assert.Equal("TOO_MANY_STREAMS", refusal.Row.Label);
        Assert.Contains("At most 2 streams from one address", refusal.Message, StringComparison.Ordinal);
        _admission.Enter("b");
    }

    [Fact]
    public void Enter_ServerIsFull_IsRefused()
    {
        _admission.Enter("a");
        _admission.Enter("a");
        _admission.Enter("b");

        var refusal = Assert.Throws<StreamLimitException>(() => _admission.Enter("c"));

        Assert.Contains("At most 3 streams are", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Serving:Streams:MaxConcurrent", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(3, _admission.Admitted);
    }

    [Fact]
    public void Enter_AfterAnotherLeft_IsLetIn()
    {
        var place = _admission.Enter("a");
        _admission.Enter("a");

        place.Dispose();

        _admission.Enter("a");
        Assert.Equal(2, _admission.Admitted);
    }

    [Fact]
    public void DrainAsync_StreamsAreIn_EndsWithTheLast()
    {
        var (first, second) = (_admission.Enter("a"), _admission.Enter("b"));

        var drained = _admission.DrainAsync();

        first.Dispose();
        Assert.False(drained.IsCompleted);
        second.Dispose();
        Assert.True(drained.IsCompletedSuccessfully);
        Assert.True(_admission.DrainAsync().IsCompletedSuccessfully);
    }
}
