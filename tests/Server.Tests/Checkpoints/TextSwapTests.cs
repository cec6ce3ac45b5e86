using Attune.Recognition.Models;
using Attune.Server.Tests.State;
using Attune.Server.Text;
using Attune.Text;
using Attune.V1;
using Grpc.Core;
using static Attune.Server.Tests.Checkpoints.TextSwapSite;

namespace Attune.Server.Tests.Checkpoints;

/// <summary>Checkpoints of text models, on a server with a GPT-2 named story and a BERT named mood.</summary>
public sealed class TextSwapTests : IDisposable
{
    private readonly TextSwapSite _site = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Activate_AndRollback_SwapThatModelAlone()
    {
        await using var server = await _site.StartAsync();
        var speech = await server.ServesAsync();
        var (story, mood) = (await ScoreAsync(server), await LabelsAsync(server));
        using var other = Changed(TinyTextModel.Gpt2(), 0.1f);
        var id = await server.ImportAsync(other.FolderPath);

        var activation = await server.Checkpoints.ActivateAsync(new() { Id = id[..8], Model = "story" });
        var swapped = await ScoreAsync(server);
        var model = (await server.Text.ListModelsAsync(new())).Models.Single(model => model.Name == "story");

        Assert.Equal(("story", id, "", false), (activation.Model, activation.Active, activation.Previous, activation.GateOverridden));
        Assert.Contains("bits per byte of plain English sentences, for lack of a guard text", activation.Verdict, StringComparison.Ordinal);
        Assert.Equal((id, HashOf(other)), (model.Checkpoint, model.Sha256));
        Assert.Equal(ScoreOf(other), swapped);
        Assert.NotEqual(story, swapped);
        Assert.Equal((speech, mood), (await server.ServesAsync(), await LabelsAsync(server)));

        var back = await server.Checkpoints.RollbackAsync(new() { Model = "story" });

        Assert.Equal(("story", "", id), (back.Model, back.Active, back.Previous));
        Assert.Equal(story, await ScoreAsync(server)); // to the last bit
    }

    [Fact]
    public async Task List_TellsKindsAndWhatServesInEachPlace()
    {
        await using var server = await _site.StartAsync();
        var (speech, _) = await server.ImportChangedAsync(0.1f);
        var (story, mood) = (await server.ImportAsync(_site.Story.FolderPath), await server.ImportAsync(_site.Mood.FolderPath));

        await server.Checkpoints.ActivateAsync(new() { Id = mood, Model = "mood" });
        var list = await server.Checkpoints.ListAsync(new());

        var kinds = list.Checkpoints.ToDictionary(checkpoint => checkpoint.Id, checkpoint => checkpoint.Kind);
        Assert.Equal((ModelKind.Speech, ModelKind.CausalText, ModelKind.TextClassifier), (kinds[speech], kinds[story], kinds[mood]));
        Assert.Equal(("", ""), (list.Activation.Model, list.Activation.Active));
        Assert.Equal([("mood", mood), ("story", "")], list.TextActivations.Select(activation => (activation.Model, activation.Active)));
    }

    [Fact]
    public async Task Activate_WhileEverybodyAsks_EachAnswerIsOfOneModelAndAllMemoryIsGivenBack()
    {
        const int Swaps = 6, Clients = 3;
        await using var server = await _site.StartAsync();
        using var other = Changed(TinyTextModel.Gpt2(), 0.1f);
        var (before, after) = (await ScoreAsync(server), ScoreOf(other));
        var (written, rewritten) = (await WriteAsync(server), WriteOf(other));
        var id = await server.ImportAsync(other.FolderPath);
        var tensors = LiveTensors.Settle();
        var freed = new List<Task>();
        using var ended = new CancellationTokenSource();
        var answers = new SemaphoreSlim(0);
        var asking = Enumerable.Range(0, Clients).Select(client => Task.Run(() => AskAsync(client == 0), Token)).ToArray();

        for (var i = 0; i < Swaps; i++)
        {
            using (var lease = server.Get<TextModels>().Lease("story")) freed.Add(lease.Model.Freed);
            for (var j = 0; j < 2 * Clients; j++) await answers.WaitAsync(Token); // some with the model that serves now
            if (i % 2 == 0) await server.Checkpoints.ActivateAsync(new() { Id = id, Model = "story" });
            else await server.Checkpoints.RollbackAsync(new() { Model = "story" });
        }

        await ended.CancelAsync();
        await Task.WhenAll(asking);
        await Task.WhenAll(freed);
        Assert.Equal(before, await ScoreAsync(server));
        Assert.Equal(tensors, LiveTensors.Settle());
        using (var lease = server.Get<TextModels>().Lease("story")) Assert.False(lease.Model.Freed.IsCompleted);

        async Task AskAsync(bool writes)
        {
            while (!ended.IsCancellationRequested)
            {
                if (writes) Assert.Contains(await WriteAsync(server), new[] { written, rewritten });
                else Assert.Contains(await ScoreAsync(server), new[] { before, after });
                answers.Release();
            }
        }
    }

    [Fact]
    public async Task Activate_WhileARequestIsAtWork_ItEndsWithItsModelWhichIsFreedThen()
    {
        await using var server = await _site.StartAsync();
        using var other = Changed(TinyTextModel.Gpt2(), 0.1f);
        var id = await server.ImportAsync(other.FolderPath);
        var lease = server.Get<TextModels>().Lease("story");
        using var work = lease.Model.Engine.Score(Asked);

        await server.Checkpoints.ActivateAsync(new() { Id = id, Model = "story" });

        Assert.True(lease.Model.Retired.IsCancellationRequested);
        work.RunToEnd(Token);

        Assert.Equal(ScoreOf(_site.Story), work.Result.LogProbability);
        Assert.False(lease.Model.Freed.IsCompleted);
        lease.Dispose();
        await lease.Model.Freed.WaitAsync(Token);
    }

    [Fact]
    public async Task Start_AfterAnActivation_ServesWhatWasActive()
    {
        using var other = Changed(TinyTextModel.Gpt2(), 0.1f);
        string id;
        await using (var server = await _site.StartAsync())
        {
            id = await server.ImportAsync(other.FolderPath);
            await server.Checkpoints.ActivateAsync(new() { Id = id, Model = "story" });
        }

        await using (var restarted = await _site.StartAsync())
        {
            Assert.Equal(ScoreOf(other), await ScoreAsync(restarted));
            await restarted.Checkpoints.RollbackAsync(new() { Model = "story" });
        }

        await using var again = await _site.StartAsync();
        Assert.Equal(ScoreOf(_site.Story), await ScoreAsync(again));
    }

    [Fact]
    public async Task Start_ActiveCheckpointTamperedOrOfAnotherKind_TheOneBeforeServes()
    {
        using var first = Changed(TinyTextModel.Gpt2(), 0.1f);
        using var second = Changed(TinyTextModel.Gpt2(), 0.2f);
        await using (var server = await _site.StartAsync())
        {
            await server.Checkpoints.ActivateAsync(new() { Id = await server.ImportAsync(first.FolderPath), Model = "story" });
            var id = await server.ImportAsync(second.FolderPath);
            await server.Checkpoints.ActivateAsync(new() { Id = id, Model = "story" });
            File.AppendAllText(Path.Combine(_site.Store, "checkpoints", id, "config.json"), " ");
        }

        await using (var restarted = await _site.StartAsync()) Assert.Equal(ScoreOf(first), await ScoreAsync(restarted));
        await using var other = await CheckpointServer.StartAsync(RepositoryFiles.Golden("tiny-layer"), _site.Store, $"--Text:Models:story={_site.Mood.FolderPath}");
        var model = Assert.Single((await other.Text.ListModelsAsync(new())).Models);
        Assert.Equal(("Bert", ""), (model.Architecture, model.Checkpoint));
    }

    [Fact]
    public async Task Activate_TamperedCheckpoint_IsRefusedAndTheOldOneServes()
    {
        await using var server = await _site.StartAsync();
        var before = await ScoreAsync(server);
        using var other = Changed(TinyTextModel.Gpt2(), 0.1f);
        var id = await server.ImportAsync(other.FolderPath);
        var path = Path.Combine(_site.Store, "checkpoints", id, "model.safetensors");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);

        var failure = await GrpcErrors.FailureAsync(server.Checkpoints.ActivateAsync(new() { Id = id, Model = "story" }));

        GrpcErrors.AssertError(failure, StatusCode.DataLoss, "CHECKPOINT_DAMAGED", "model.safetensors");
        Assert.Equal(before, await ScoreAsync(server));
    }

    [Fact]
    public async Task Activate_WrongPlace_SaysWhatItIsAndWhere()
    {
        await using var server = await _site.StartAsync();
        var (speech, _) = await server.ImportChangedAsync(0.1f);
        var (story, mood) = (await server.ImportAsync(_site.Story.FolderPath), await server.ImportAsync(_site.Mood.FolderPath));

        GrpcErrors.AssertError(
            await FailAsync(server, story, ""),
            StatusCode.InvalidArgument, "CHECKPOINT_WRONG_KIND", "is a causal text model (GPT-2), and cannot serve in place of the speech model. Name the text model");
        GrpcErrors.AssertError(
            await FailAsync(server, speech, "story"), StatusCode.InvalidArgument, "CHECKPOINT_WRONG_KIND", "is a speech model, and cannot serve in place of the text model story");
        GrpcErrors.AssertError(
            await FailAsync(server, mood, "story"), StatusCode.InvalidArgument, "CHECKPOINT_WRONG_KIND", "is a text classifier (BERT)", "story, which is a causal text model");
        GrpcErrors.AssertError(await FailAsync(server, story, "stories"), StatusCode.NotFound, "TEXT_MODEL_NOT_FOUND", "one of mood, story. Given: 'stories'");
        GrpcErrors.AssertError(
            await GrpcErrors.FailureAsync(server.Checkpoints.RollbackAsync(new() { Model = "story" })), StatusCode.FailedPrecondition, "CHECKPOINT_NO_PREVIOUS", "the text model story");
        await using var without = await CheckpointServer.StartAsync(RepositoryFiles.Golden("tiny-layer"), _site.Store);
        GrpcErrors.AssertError(await FailAsync(without, story, "story"), StatusCode.FailedPrecondition, "TEXT_OFF");
    }

    [Fact]
    public async Task Activate_OnOneReplica_EveryReplicaActivates()
    {
        using var redis = new RedisServer();
        await using var one = await _site.StartAsync($"--State:Redis={redis.ConnectionString}");
        await using var replica = await _site.StartAsync($"--State:Redis={redis.ConnectionString}");
        using var other = Changed(TinyTextModel.Gpt2(), 0.1f);
        var id = await one.ImportAsync(other.FolderPath);
        var swapped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var before = replica.Get<TextModels>().Lease("story");
        using var registration = before.Model.Retired.Register(swapped.SetResult);

        await one.Checkpoints.ActivateAsync(new() { Id = id, Model = "story" });
        await swapped.Task.WaitAsync(TimeSpan.FromMinutes(2), Token);

        Assert.Equal(ScoreOf(other), await ScoreAsync(replica));
        Assert.Equal(id, (await replica.Checkpoints.ListAsync(new())).TextActivations.Single(activation => activation.Model == "story").Active);
    }

    [Fact]
    public async Task Activate_MoreBitsThanTheGuardTextAllows_IsRefusedUnlessOverridden()
    {
        await using var server = await _site.StartAsync($"--Text:GuardTexts:story={_site.WriteGuard("the cat sat on the mat.\nThe other one did not.\n")}", "--Checkpoints:MaxBitsRise=0");
        using var worse = Worse();
        var before = await ScoreAsync(server);
        var id = await server.ImportAsync(worse.FolderPath);

        var failure = await FailAsync(server, id, "story");
        GrpcErrors.AssertError(failure, StatusCode.FailedPrecondition, "CHECKPOINT_REJECTED", "bits per byte of the guard text", "with the serving model");
        Assert.Equal(before, await ScoreAsync(server));

        var activation = await server.Checkpoints.ActivateAsync(new() { Id = id, Model = "story", OverrideGate = true });
        Assert.True(activation.GateOverridden);
        Assert.True((await server.Checkpoints.ListAsync(new())).TextActivations.Single(item => item.Model == "story").GateOverridden);
        Assert.Equal(ScoreOf(worse), await ScoreAsync(server));
    }

    [Fact]
    public async Task Activate_NoGuardText_RefusesWhatHasBroken()
    {
        await using var server = await _site.StartAsync();
        using var broken = TinyTextModel.Gpt2();
        broken.Rewrite(tensor => tensor.Name.EndsWith("ln_f.weight", StringComparison.Ordinal) ? Fill(tensor, float.NaN) : tensor);
        using var constant = TinyTextModel.Bert();
        constant.Rewrite(tensor => tensor.Name == "classifier.bias" ? TensorSource.FromFloats(tensor.Name, tensor.Type, tensor.Shape, () => new float[] { 0, 1e6f, 0 }) : tensor);
        using var renamed = TinyTextModel.Bert(settings: """{ "id2label": { "0": "bad", "1": "neutral", "2": "good" } }""");
        using var silent = TinyTextModel.Bert();
        silent.Rewrite(tensor => tensor.Name == "classifier.bias" ? Fill(tensor, float.NaN) : tensor);

        GrpcErrors.AssertError(await RefusedAsync(broken, "story"), StatusCode.FailedPrecondition, "CHECKPOINT_REJECTED", "NaN bits per byte");
        GrpcErrors.AssertError(await RefusedAsync(constant, "mood"), StatusCode.FailedPrecondition, "CHECKPOINT_REJECTED", "1 different labels for");
        GrpcErrors.AssertError(await RefusedAsync(renamed, "mood"), StatusCode.FailedPrecondition, "CHECKPOINT_REJECTED", "negative, neutral, positive. Given: bad, neutral, good");
        GrpcErrors.AssertError(await RefusedAsync(silent, "mood"), StatusCode.FailedPrecondition, "CHECKPOINT_REJECTED", "no numbers");

        async Task<RpcException> RefusedAsync(TinyTextModel model, string name) => await FailAsync(server, await server.ImportAsync(model.FolderPath), name);
    }

    [Fact]
    public async Task Activate_ClassifierThatChangesLabelsOfTheGuardText_IsRefused()
    {
        await using var server = await _site.StartAsync($"--Text:GuardTexts:mood={_site.WriteGuard("the good cat\nthe bad mat\n")}");
        using var shifted = TinyTextModel.Bert();
        shifted.Rewrite(tensor => tensor.Name == "classifier.bias" ? TensorSource.FromFloats(tensor.Name, tensor.Type, tensor.Shape, () => new float[] { 1e6f, 0, 0 }) : tensor);
        using var other = TinyTextModel.Bert();
        other.Rewrite(tensor => tensor.Name == "classifier.bias" ? TensorSource.FromFloats(tensor.Name, tensor.Type, tensor.Shape, () => new float[] { 0, 0, 1e6f }) : tensor);

        // Whatever the random model says, one of the two says something else.
        var shiftedId = await server.ImportAsync(shifted.FolderPath);
        var otherId = await server.ImportAsync(other.FolderPath);
        await server.Checkpoints.ActivateAsync(new() { Id = shiftedId, Model = "mood", OverrideGate = true });
        var failure = await FailAsync(server, otherId, "mood");

        GrpcErrors.AssertError(failure, StatusCode.FailedPrecondition, "CHECKPOINT_REJECTED", "0.0000 of 2 pieces of the guard text keep their label, at least 0.9800 wanted");
    }

    [Theory]
    [InlineData("--Text:GuardTexts:stories=x.txt", "Text:GuardTexts:stories must have the name of one of Text:Models: mood, story.")]
    [InlineData("--Text:GuardTexts:story=/nowhere/guard.txt", "Text:GuardTexts:story cannot be read")]
    [InlineData("--Text:GuardTexts:story=", "Text:GuardTexts:story must be the path of a file")]
    public async Task Start_WrongGuardText_SaysSo(string setting, string text)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => _site.StartAsync(setting));

        Assert.Contains(text, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_GuardTextThatIsNotUtf8_SaysSo()
    {
        var path = _site.WriteGuard("");
        await File.WriteAllBytesAsync(path, [.. "caf"u8, 0xE9], Token);

        var exception = await Assert.ThrowsAnyAsync<Exception>(() => _site.StartAsync($"--Text:GuardTexts:story={path}"));

        Assert.Contains("Text:GuardTexts:story must be UTF-8", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _site.Dispose();
}
