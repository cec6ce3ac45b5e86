using Attune.Recognition.Audio;
using Attune.Server.Access;
using Attune.Server.Serving;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Attune.Server.Tests.Serving;

public class StatusInterceptorTests
{
    public static TheoryData<Exception, StatusCode, string, string> Exceptions => new()
    {
        { new AudioException(AudioError.DecoderMissing, "No ffmpeg."), StatusCode.FailedPrecondition, "AUDIO_DECODER_MISSING", "No ffmpeg." },
        { new AudioException(AudioError.DecoderTimedOut, "Too slow."), StatusCode.ResourceExhausted, "AUDIO_DECODER_TIMED_OUT", "Too slow." },
        { new AudioException(AudioError.DecoderFailed, "Odd."), StatusCode.Internal, "AUDIO_DECODER_FAILED", "Odd." },
        { new AudioException(AudioError.Corrupt, "Broken."), StatusCode.InvalidArgument, "AUDIO_CORRUPT", "Broken." },
        { new OverloadedException("Full."), StatusCode.ResourceExhausted, "OVERLOADED", "Full." },
        {
            new QuotaExceededException("alice", "60 s of audio in 60 s", "AudioPerMinute", TimeSpan.FromSeconds(7)), StatusCode.ResourceExhausted, "QUOTA_EXCEEDED",
            "alice may use 60 s of audio in 60 s (Access:Limits:AudioPerMinute, or the same of its client), and has. Try again in 7 s."
        },
        { new InvalidOperationException("secret"), StatusCode.Internal, "INTERNAL", "Internal error." },
        { new OperationCanceledException("nobody asked"), StatusCode.Internal, "INTERNAL", "Internal error." },
    };

    [Theory]
    [MemberData(nameof(Exceptions), DisableDiscoveryEnumeration = true)]
    public async Task Handler_ExceptionThrown_MapsToRow(Exception exception, StatusCode status, string label, string message)
    {
        using var logs = new CapturedLogs();
        var failure = await CallAsync(exception, new FakeLifetime(), new FakeCallContext(), logs);

        GrpcErrors.AssertError(failure, status, label);
        Assert.Equal(message, failure.Status.Detail);
        Assert.Equal(status == StatusCode.Internal, logs.Lines.Any(line => line.Contains(exception.Message, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Handler_Cancelled_MapsToCauseOfCancellation()
    {
        using var logs = new CapturedLogs();
        var cancelled = new CancellationToken(canceled: true);
        var exception = new OperationCanceledException(cancelled);

        var byClient = await CallAsync(exception, new FakeLifetime(), new FakeCallContext(cancellationToken: cancelled), logs);
        var byDeadline = await CallAsync(exception, new FakeLifetime(), new FakeCallContext(DateTime.UnixEpoch, cancelled), logs);
        var byStop = await CallAsync(exception, new FakeLifetime { ApplicationStopping = cancelled }, new FakeCallContext(cancellationToken: cancelled), logs);

        GrpcErrors.AssertError(byClient, StatusCode.Cancelled, "CANCELLED");
        GrpcErrors.AssertError(byDeadline, StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED");
        GrpcErrors.AssertError(byStop, StatusCode.Unavailable, "STOPPING");
    }

    [Fact]
    public async Task Handler_RpcException_KeepsItsStatus()
    {
        using var logs = new CapturedLogs();
        var given = new RpcException(new Grpc.Core.Status(StatusCode.ResourceExhausted, "from the framework"));

        var failure = await CallAsync(given, new FakeLifetime(), new FakeCallContext(), logs);

        Assert.Same(given, failure);
    }

    [Fact]
    public async Task Handler_Stopping_RefusesBeforeTheCall()
    {
        using var logs = new CapturedLogs();
        var lifetime = new FakeLifetime { ApplicationStopping = new CancellationToken(canceled: true) };

        var failure = await CallAsync(new InvalidOperationException("must not run"), lifetime, new FakeCallContext(), logs);

        GrpcErrors.AssertError(failure, StatusCode.Unavailable, "STOPPING", "stopping");
    }

    [Fact]
    public void Of_EveryAudioError_HasARow()
    {
        Assert.All(Enum.GetValues<AudioError>(), error => Assert.StartsWith("AUDIO_", StatusTable.Of(error).Label, StringComparison.Ordinal));
        Assert.Equal(StatusTable.Rows.Count, StatusTable.Rows.Select(row => (row.Label, row.Status)).Distinct().Count()); // what the framework refuses has no label
    }

    private static async Task<RpcException> CallAsync(Exception exception, FakeLifetime lifetime, ServerCallContext context, CapturedLogs logs)
    {
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(logs));
        var callers = new CallerDirectory(Options.Create(new AccessOptions()), Options.Create(new LimitOptions()), TimeProvider.System);
        Interceptor interceptor = new StatusInterceptor(callers, lifetime, TestMetrics.Create(), TimeProvider.System, factory.CreateLogger<StatusInterceptor>());
        return await Assert.ThrowsAsync<RpcException>(
            () => interceptor.UnaryServerHandler<string, string>("", context, (_, _) => Task.FromException<string>(exception)));
    }

    private sealed class FakeLifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping { get; init; }

        public CancellationToken ApplicationStopped => default;

        public void StopApplication()
        {
        }
    }

    private sealed class FakeCallContext : ServerCallContext
    {
        private readonly CancellationToken _cancellationToken;
        private readonly DateTime _deadline;

        public FakeCallContext(DateTime? deadline = null, CancellationToken cancellationToken = default)
        {
            _cancellationToken = cancellationToken;
            _deadline = deadline ?? DateTime.MaxValue;
            UserState["__HttpContext"] = new DefaultHttpContext { TraceIdentifier = "request-1" }; // where GetHttpContext looks
        }

        protected override string MethodCore => "/attune.v1.Speech/Recognize";

        protected override string HostCore => "test";

        protected override string PeerCore => "test";

        protected override DateTime DeadlineCore => _deadline;

        protected override Metadata RequestHeadersCore => [];

        protected override CancellationToken CancellationTokenCore => _cancellationToken;

        protected override Metadata ResponseTrailersCore => [];

        protected override Grpc.Core.Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore => new(null, []);

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
