using Attune.Server.Serving;
using Attune.Server.Tests.Serving.Streaming;
using Attune.Server.Tests.State;
using Attune.V1;
using Grpc.Core;

namespace Attune.Server.Tests.Checkpoints;

public sealed class CheckpointServiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Activate_AndRollback_SwapTheModel()
    {
        await using var server = await StartAsync();
        var configured = await server.ServesAsync();
        var (id, sha256) = await server.ImportChangedAsync(0.1f);

        var activation = await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = id[..8] });
        Assert.Equal((id, "", false), (activation.Active, activation.Previous, activation.GateOverridden));
        Assert.Contains("no guard set", activation.Verdict, StringComparison.Ordinal);
        Assert.Equal(sha256, await server.ServesAsync());

        var back = await server.Checkpoints.RollbackAsync(new RollbackCheckpointRequest());
        Assert.Equal(("", id), (back.Active, back.Previous));
        Assert.Equal(configured, await server.ServesAsync());
        var list = await server.Checkpoints.ListAsync(new ListCheckpointsRequest());
        Assert.Equal((id, id), (Assert.Single(list.Checkpoints).Id, list.Activation.Previous));
    }

    [Fact]
    public async Task Activate_WhatServes_ChangesNothing()
    {
        await using var server = await StartAsync();
        var (id, _) = await server.ImportChangedAsync(0.1f);
        var first = await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = id });

        var second = await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = id });

        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Activate_AfterRestart_StillServes()
    {
        string sha256;
        await using (var server = await StartAsync())
        {
            (var id, sha256) = await server.ImportChangedAsync(0.1f);
            await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = id });
        }

        await using var restarted = await StartAsync();

        Assert.Equal(sha256, await restarted.ServesAsync());
    }

    [Fact]
    public async Task Activate_GateSaysNo_IsRefusedUnlessOverridden()
    {
        using var model = CheckpointServer.CopyModelWithGuardSet();
        await using var server = await CheckpointServer.StartAsync(model.FolderPath, _folder.Path);
        var configured = await server.ServesAsync();
        var (id, sha256) = await server.ImportChangedAsync(10);

        var failure = await GrpcErrors.FailureAsync(server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = id }));
        GrpcErrors.AssertError(failure, StatusCode.FailedPrecondition, "CHECKPOINT_REJECTED", "Similarity 0.", "at least 0.9800");
        Assert.Equal(configured, await server.ServesAsync());

        var activation = await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = id, OverrideGate = true });
        Assert.True(activation.GateOverridden);
        Assert.Contains("Similarity 0.", activation.Verdict, StringComparison.Ordinal);
        Assert.Equal(sha256, await server.ServesAsync());
        Assert.True((await server.Checkpoints.ListAsync(new ListCheckpointsRequest())).Activation.GateOverridden);
    }

    [Fact]
    public async Task Activate_TamperedCheckpoint_IsRefusedAndTheOldOneServes()
    {
        await using var server = await StartAsync();
        var configured = await server.ServesAsync();
        var (id, _) = await server.ImportChangedAsync(0.1f);
        var path = Path.Combine(_folder.Path, "checkpoints", id, "model.safetensors");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);

        var failure = await GrpcErrors.FailureAsync(server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = id }));

        GrpcErrors.AssertError(failure, StatusCode.DataLoss, "CHECKPOINT_DAMAGED", "model.safetensors");
        Assert.Equal(configured, await server.ServesAsync());
    }

    [Fact]
    public async Task Start_ActiveCheckpointTampered_TheOneBeforeServes()
    {
        string id, before;
        await using (var server = await StartAsync())
        {
            (var first, before) = await server.ImportChangedAsync(0.1f);
            (id, _) = await server.ImportChangedAsync(0.2f);
            await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = first });
            await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = id });
        }

        File.AppendAllText(Path.Combine(_folder.Path, "checkpoints", id, "config.json"), " ");

        await using var restarted = await StartAsync();

        Assert.Equal(before, await restarted.ServesAsync());
    }

    [Fact]
    public async Task Activate_WhileARequestIsAtWork_ItEndsWithItsModel()
    {
        await using var server = await StartAsync();
        var serving = server.Get<ServingModel>();
        var lease = serving.Lease();
        var (id, _) = await server.ImportChangedAsync(0.1f);

        await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = id });

        Assert.True(lease.Retired.IsCancellationRequested);
        var logits = lease.Recognizer.Listen(new float[16000], parameters: null, TestContext.Current.CancellationToken);
        Assert.True(logits.AreFinite);
        Assert.False(lease.Model.Freed.IsCompleted);
        lease.Dispose();
        await lease.Model.Freed;
    }

    [Fact]
    public async Task Activate_OnOneReplica_EveryReplicaActivates()
    {
        using var redis = new RedisServer();
        await using var one = await StartAsync($"--State:Redis={redis.ConnectionString}");
        await using var other = await StartAsync($"--State:Redis={redis.ConnectionString}");
        var (id, sha256) = await one.ImportChangedAsync(0.1f);
        using var before = other.Get<ServingModel>().Lease();
        var swapped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = before.Retired.Register(swapped.SetResult);

        await one.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = id });
        await swapped.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.Equal(sha256, await other.ServesAsync());
    }

    [Fact]
    public async Task Merge_TwoCheckpoints_TellsProgressAndGivesAThird()
    {
        await using var server = await StartAsync();
        var (first, _) = await server.ImportChangedAsync(0.1f);
        var (second, _) = await server.ImportChangedAsync(0.3f);
        var recipe = $"merge_method: linear\nmodels:\n  - model: {first}\n    parameters: {{weight: 1}}\n  - model: {second}\n    parameters: {{weight: 1}}\n";
        using var call = server.Checkpoints.Merge(new MergeCheckpointsRequest { Recipe = recipe, Name = "both" });
        var responses = new List<MergeCheckpointsResponse>();
        await foreach (var response in call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken)) responses.Add(response);

        Assert.Equal(("both", "merge linear"), (responses[^1].Checkpoint.Name, responses[^1].Checkpoint.Origin));
        Assert.Equal(responses.Select(response => response.Values).Order(), responses.Select(response => response.Values));
        await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = responses[^1].Checkpoint.Id });
        Assert.Equal(3, (await server.Checkpoints.ListAsync(new ListCheckpointsRequest())).Checkpoints.Count);
    }

    [Theory]
    [InlineData("merge_method: liner\nmodels: []\n", "merge_method")]
    [InlineData("merge_method: linear\nmodels: [{model: nothing, parameters: {weight: 1}}]\n", "nothing")]
    public async Task Merge_WrongRecipe_SaysWhereAndLeavesNothing(string recipe, string text)
    {
        await using var server = await StartAsync();
        using var call = server.Checkpoints.Merge(new MergeCheckpointsRequest { Recipe = recipe });

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "CHECKPOINT_INVALID", text);
        Assert.Empty((await server.Checkpoints.ListAsync(new ListCheckpointsRequest())).Checkpoints);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_folder.Path, "checkpoints")));
    }

    [Fact]
    public async Task Merge_Cancelled_LeavesNothing()
    {
        await using (var server = await CheckpointServer.StartAsync(RepositoryFiles.Model("spoken-numbers-en"), _folder.Path))
        {
            var model = RepositoryFiles.Model("spoken-numbers-en");
            var copy = (await server.Checkpoints.ImportAsync(new ImportCheckpointRequest { Folder = model })).Id;
            // Eight of them, so that it is far from its end when the first progress is told.
            var recipe = $"merge_method: dare_ties\nbase_model: {model}\nmodels: [{string.Join(", ", Enumerable.Repeat($"{{model: {copy}}}", 8))}]\n"
                + "parameters: {weight: 0.1, density: 0.5}\n";
            using var call = server.Checkpoints.Merge(new MergeCheckpointsRequest { Recipe = recipe });
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

            call.Dispose();
            var failure = await Assert.ThrowsAnyAsync<Exception>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

            Assert.True(failure is RpcException { StatusCode: StatusCode.Cancelled } or ObjectDisposedException or InvalidOperationException, failure.ToString());
            Assert.Equal(copy, Assert.Single((await server.Checkpoints.ListAsync(new ListCheckpointsRequest())).Checkpoints).Id);
        }

        // The server ends after the call has.
        Assert.Single(Directory.GetFileSystemEntries(Path.Combine(_folder.Path, "checkpoints")));
    }

    [Fact]
    public async Task Activate_WhileAStreamIsOpen_ItsFinalsAreDelivered()
    {
        await using var server = await CheckpointServer.StartAsync(RepositoryFiles.Model("spoken-numbers-en"), _folder.Path);
        byte[] first = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.FromSeconds(1.5), "digits-clean-2"));
        byte[] second = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.FromSeconds(1.5), "digits-clean-3"));
        var expected = Finals(await StreamCall.RunAsync(server.Speech, StreamCall.Config(steps: 1), [.. first, .. second]));
        var (id, sha256) = await server.ImportChangedAsync(0.1f);
        LoadedModel old;
        using (var lease = server.Get<ServingModel>().Lease()) old = lease.Model;
        using var stream = new StreamCall(server.Speech);
        await stream.SendAsync(StreamCall.Config(steps: 1));
        await stream.SendAsync(first, 3200);
        var responses = new List<StreamingRecognizeResponse>();
        do
        {
            Assert.True(await stream.Call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            responses.Add(stream.Call.ResponseStream.Current);
        }
        while (Finals(responses).Length == 0);

        await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = id, OverrideGate = true });
        Assert.Equal(sha256, await server.ServesAsync());
        Assert.False(old.Freed.IsCompleted);
        await stream.SendAsync(second, 3200);
        await stream.CompleteAsync();
        responses.AddRange(await stream.ReadAllAsync());

        Assert.Equal(2, expected.Length);
        Assert.Equal(expected, Finals(responses));
        await old.Freed;
    }

    [Fact]
    public async Task Rollback_NothingBefore_SaysSo()
    {
        await using var server = await StartAsync();

        var failure = await GrpcErrors.FailureAsync(server.Checkpoints.RollbackAsync(new RollbackCheckpointRequest()));

        GrpcErrors.AssertError(failure, StatusCode.FailedPrecondition, "CHECKPOINT_NO_PREVIOUS");
    }

    [Fact]
    public async Task Import_NoFolderConfigured_IsOff()
    {
        await using var server = await CheckpointServer.StartAsync(RepositoryFiles.Golden("tiny-group"), store: "");

        var failure = await GrpcErrors.FailureAsync(server.Checkpoints.ImportAsync(new ImportCheckpointRequest { Folder = "x" }));

        GrpcErrors.AssertError(failure, StatusCode.FailedPrecondition, "CHECKPOINT_OFF", "Checkpoints:Folder");
    }

    private static (long Utterance, string Text)[] Finals(IEnumerable<StreamingRecognizeResponse> responses) =>
        [.. responses.SelectMany(response => response.Results).Where(result => result.IsFinal).Select(result => ((long)result.UtteranceIndex, result.Alternatives[0].Transcript))];

    private Task<CheckpointServer> StartAsync(params string[] options) =>
        CheckpointServer.StartAsync(RepositoryFiles.Golden("tiny-group"), _folder.Path, options);
}
