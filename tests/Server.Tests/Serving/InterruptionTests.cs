using Attune.Server.Serving;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Attune.Server.Tests.Serving;

public class InterruptionTests(ServerFixture server)
{
    [Fact]
    public async Task Recognize_AllPlacesTaken_IsOverloaded()
    {
        var admission = server.Services.GetRequiredService<Admission>();
        var places = Enumerable.Range(0, 64).Select(_ => admission.Enter()).ToArray();
        try
        {
            var failure = await GrpcErrors.FailureAsync(server.Speech.RecognizeAsync(Samples.Request(Samples.Clean, steps: 0)));

            GrpcErrors.AssertError(failure, StatusCode.ResourceExhausted, "OVERLOADED", "At most 64", "Serving:MaxConcurrentRequests");
        }
        finally
        {
            foreach (var place in places) place.Dispose();
        }

        await server.Speech.RecognizeAsync(Samples.Request(Samples.Clean, steps: 0));
    }

    [Fact]
    public async Task Recognize_Failed_GivesItsPlaceBack()
    {
        await GrpcErrors.FailureAsync(server.Speech.RecognizeAsync(Samples.Request([])));

        await DrainedAsync();
    }

    [Fact]
    public async Task Recognize_CancelledWhileAdapting_EndsAndGivesItsPlaceBack()
    {
        using var cancellation = new CancellationTokenSource();
        using var hold = server.Clock.Hold();
        var call = server.Speech.RecognizeAsync(Samples.Request(Samples.Clean, steps: 100), cancellationToken: cancellation.Token);
        await server.Clock.Held;

        await cancellation.CancelAsync();
        hold.Dispose();
        var failure = await GrpcErrors.FailureAsync(call);

        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        await DrainedAsync();
    }

    /// <summary>Takes every place as it becomes free, and gives them back: ends when no request is at work.</summary>
    private async Task DrainedAsync()
    {
        var admission = server.Services.GetRequiredService<Admission>();
        await admission.DrainAsync();
        Assert.Equal(64, admission.Admitted);
        admission.Reopen();
    }
}
