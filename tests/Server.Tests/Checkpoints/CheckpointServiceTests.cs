using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Recognition.Acoustic;
using Attune.Server.Serving;
using Attune.Server.State;
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
        using var model = new ModelFolderCopy();
        var guard = Directory.CreateDirectory(model.FilePath("guard")).FullName;
        File.Copy(RepositoryFiles.Sample("digits-clean-1.wav"), Path.Combine(guard, "clip.wav"));
        File.WriteAllText(Path.Combine(guard, "manifest.jsonl"), """{"audio_filepath": "clip.wav", "duration": 2.0, "text": "A"}""" + "\n");
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
    public async Task Activate_DomainThatLearnt_TakesItAlong()
    {
        await using var server = await StartAsync();
        var before = server.Get<ServingModel>().Domains;
        AdaptableParameters source;
        using (var lease = server.Get<ServingModel>().Lease()) source = lease.Recognizer.Source;
        await TeachAsync(server, "phone", source, 0.001f);
        var (id, _) = await server.ImportChangedAsync(0.1f);

        await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = id });

        using var after = server.Get<ServingModel>().Lease();
        var snapshot = await after.Domains.Catalogue.GetAsync("phone", TestContext.Current.CancellationToken);
        var expected = after.Recognizer.Source.Values.ToArray().Select(value => value + 0.001f);
        Assert.All(snapshot.Current!.State.Parameters.Values.ToArray().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
        var events = await after.Domains.Stores.Events.ReadAsync(0, 10, TestContext.Current.CancellationToken);
        Assert.Equal((DomainEventKind.Rebased, 1), (Assert.Single(events).Kind, events[0].Revision));
        Assert.NotSame(before, after.Domains);
    }

    [Fact]
    public async Task Activate_OtherShapes_DomainsBeginAnew()
    {
        await using var server = await StartAsync();
        AdaptableParameters source;
        using (var lease = server.Get<ServingModel>().Lease()) source = lease.Recognizer.Source;
        await TeachAsync(server, "phone", source, 0.001f);
        var other = await server.Checkpoints.ImportAsync(new ImportCheckpointRequest { Folder = RepositoryFiles.Golden("tiny-layer") });

        await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = other.Id });

        using var after = server.Get<ServingModel>().Lease();
        var snapshot = await after.Domains.Catalogue.GetAsync("phone", TestContext.Current.CancellationToken);
        Assert.Null(snapshot.Current);
        var logged = Assert.Single(await after.Domains.Stores.Events.ReadAsync(0, 10, TestContext.Current.CancellationToken));
        Assert.Equal((DomainEventKind.Restarted, ResetReason.Shapes), (logged.Kind, logged.Reason));
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

    private Task<CheckpointServer> StartAsync(params string[] options) =>
        CheckpointServer.StartAsync(RepositoryFiles.Golden("tiny-group"), _folder.Path, options);

    /// <summary>Gives a domain a revision that differs from the model by a number everywhere.</summary>
    private static async Task TeachAsync(CheckpointServer server, string domain, AdaptableParameters source, float difference)
    {
        var stores = server.Get<ServingModel>().Domains.Stores;
        var state = new AdaptationState(new AdaptableParameters(source.Layout, source.Values.ToArray().Select(value => value + difference).ToArray()));
        var revision = new Attune.Adaptation.Revisions.Revision(
            domain, 1, 0, stores.Scope.ModelSha256, stores.Scope.Set.Name, ["u1"], DateTimeOffset.UnixEpoch, Attune.Adaptation.Gate.GateVerdict.Unasked, state);
        await stores.Domains.TryFoundAsync(domain, DateTimeOffset.UnixEpoch, default);
        var lease = (await stores.Leases.TryAcquireAsync(domain, default))!;
        await stores.Revisions.SaveCandidateAsync(revision, lease.Fence, default);
        var logged = new Attune.Server.State.DomainEvent(DateTimeOffset.UnixEpoch, domain, DomainEventKind.Updated, 1);
        await stores.Domains.ChangeAsync(
            domain,
            _ => new DomainChange(LearningState.New with { LastRevision = 1, Good = [1] }, Frozen: false, logged) { Revision = 1, Fence = lease.Fence },
            default);
        await stores.Leases.ReleaseAsync(lease, default);
    }
}
