using Attune.Server.Checkpoints;
using Attune.Server.Editing;
using Attune.Server.Serving;
using Attune.Server.Tests.Checkpoints;
using Attune.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Attune.Server.Tests.Editing;

public sealed class EditingServiceTests : IDisposable
{
    private readonly TinyTextModel _story = TinyTextModel.Gpt2(seed: 7);
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EditFacts_OneFact_PutsTheEditedModelIntoTheStore()
    {
        await using var server = await StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Url);
        var request = new EditFactsRequest { Facts = { Fact() }, Layer = 0, Prefixes = 2, Name = "changed" };
        request.Facts[0].Neighbours.Add("see the dog");

        var responses = await ReadAsync(new V1.Editing.EditingClient(channel).EditFacts(request, cancellationToken: Token));

        Assert.Contains(1, responses.Select(response => response.FactsDone));
        var last = responses[^1];
        var figures = Assert.Single(last.Figures);
        Assert.True(figures.ProbabilityAfter > figures.ProbabilityBefore, $"{figures.ProbabilityBefore} became {figures.ProbabilityAfter}.");
        Assert.InRange(figures.NeighboursKept, 0, 1);
        Assert.Equal(("cat", 0, "changed", "edit of 1 facts"), (figures.Subject, last.Layer, last.Checkpoint.Name, last.Checkpoint.Origin));
        using var edited = Attune.Text.Models.TextModel.Open(Path.Combine(server.Get<CheckpointLoader>().Store.CheckpointsFolder, last.Checkpoint.Id));
        Assert.Equal(last.Sha256, edited.Sha256);
        var served = (await new V1.Text.TextClient(channel).ListModelsAsync(new ListTextModelsRequest(), cancellationToken: Token)).Models.Single();
        Assert.NotEqual(edited.Sha256, served.Sha256); // which serves as it did
    }

    [Fact]
    public async Task EditFacts_Activated_ServesTheEdit_AndRollbackUndoesIt()
    {
        await using var server = await StartAsync("--Checkpoints:MaxBitsRise=10");
        var request = new ScoreRequest { Text = "see the cat the" };
        var before = await server.Text.ScoreAsync(request, cancellationToken: Token);

        var responses = await ReadAsync(server.Editing.EditFacts(new() { Facts = { Fact() }, Layer = 0, Prefixes = 0, Activate = true }, cancellationToken: Token));
        var edited = await server.Text.ScoreAsync(request, cancellationToken: Token);
        var served = (await server.Text.ListModelsAsync(new(), cancellationToken: Token)).Models.Single();
        var undone = await server.Checkpoints.RollbackAsync(new() { Model = "story" }, cancellationToken: Token);

        var (result, activation) = (responses[^2], responses[^1].Activation);
        Assert.Equal((result.Checkpoint.Id, "", "story"), (activation.Active, activation.Previous, activation.Model));
        Assert.Equal(result.Sha256, served.Sha256);
        Assert.True(edited.LogProbability > before.LogProbability);
        Assert.Equal("", undone.Active);
        Assert.Equal(before, await server.Text.ScoreAsync(request, cancellationToken: Token)); // to the last bit
    }

    [Fact]
    public async Task EditFacts_ActivatedAgainstTheGate_EndsWithTheResultAndServesAsBefore()
    {
        var guard = _folder.File("guard.txt");
        File.WriteAllText(guard, "see the dog, see the mat, see the cat\n");
        await using var server = await StartAsync($"--Text:GuardTexts:story={guard}", "--Checkpoints:MaxBitsRise=0");
        var before = (await server.Text.ListModelsAsync(new(), cancellationToken: Token)).Models.Single();
        using var call = server.Editing.EditFacts(new() { Facts = { Fact() }, Layer = 0, Prefixes = 0, Activate = true }, cancellationToken: Token);
        var responses = new List<EditFactsResponse>();

        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var response in call.ResponseStream.ReadAllAsync(Token)) responses.Add(response);
        });

        GrpcErrors.AssertError(failure, StatusCode.FailedPrecondition, "CHECKPOINT_REJECTED", "bits per byte of the guard text");
        Assert.Equal(responses[^1].Checkpoint.Id, Assert.Single((await server.Checkpoints.ListAsync(new(), cancellationToken: Token)).Checkpoints).Id);
        Assert.Equal(before, (await server.Text.ListModelsAsync(new(), cancellationToken: Token)).Models.Single());
    }

    [Fact]
    public async Task EditFacts_SubjectThatDoesNotOccur_IsRefused()
    {
        await using var server = await StartAsync();
        var fact = Fact();
        fact.Prompt = "see the dog";

        var exception = await FailAsync(server, new EditFactsRequest { Facts = { fact } });

        GrpcErrors.AssertError(exception, StatusCode.InvalidArgument, "EDIT_INVALID", "must contain the subject 'cat'");
    }

    [Fact]
    public async Task EditFacts_BadFields_NamesAll()
    {
        await using var server = await StartAsync();

        var exception = await FailAsync(server, new EditFactsRequest { Prefixes = -1 });

        GrpcErrors.AssertError(exception, StatusCode.InvalidArgument, "INVALID_REQUEST");
        Assert.Equal(["facts", "prefixes"], GrpcErrors.Fields(exception));
    }

    [Fact]
    public async Task RunAsync_WhileOneIsAtWork_IsRefused_AndTheNextIsNot()
    {
        await using var server = await StartAsync();
        using var model = _story.Open();
        var editing = server.Get<FactEditing>();
        var entered = new TaskCompletionSource();
        using var hold = new ManualResetEventSlim();
        var first = editing.RunAsync(model, [Edit()], 0, 0, "a", _ => { entered.SetResult(); hold.Wait(Token); }, Token);
        await entered.Task.WaitAsync(Token);

        await Assert.ThrowsAsync<OverloadedException>(() => editing.RunAsync(model, [Edit()], 0, 0, "b", _ => { }, Token));
        hold.Set();
        var made = await first;
        var second = await editing.RunAsync(model, [Edit()], 0, 0, "a", _ => { }, Token);

        Assert.Equal(made.Checkpoint.Id, second.Checkpoint.Id); // the same edit gives the same bytes
    }

    [Fact]
    public async Task RunAsync_Cancelled_LeavesNothing()
    {
        await using var server = await StartAsync();
        using var model = _story.Open();
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.Get<FactEditing>().RunAsync(model, [Edit()], 0, 0, "a", _ => cancel.Cancel(), cancel.Token));

        Assert.Empty(server.Get<CheckpointLoader>().Store.List());
        Assert.Empty(Directory.EnumerateDirectories(Path.GetDirectoryName(server.Get<CheckpointLoader>().Store.NewIncoming())!));
    }

    public void Dispose()
    {
        _story.Dispose();
        _folder.Dispose();
    }

    private static V1.FactEdit Fact() => new() { Subject = "cat", Prompt = "see the {}", Object = "the" };

    private static Adaptation.Text.Editing.FactEdit Edit() => new("cat", "see the {}", "the");

    private Task<CheckpointServer> StartAsync(params string[] options) =>
        CheckpointServer.StartAsync(RepositoryFiles.Golden("tiny-layer"), _folder.File("store"), [$"--Text:Models:story={_story.FolderPath}", .. options]);

    private static async Task<RpcException> FailAsync(CheckpointServer server, EditFactsRequest request)
    {
        using var channel = GrpcChannel.ForAddress(server.Url);
        return await Assert.ThrowsAsync<RpcException>(() => ReadAsync(new V1.Editing.EditingClient(channel).EditFacts(request, cancellationToken: Token)));
    }

    private static async Task<List<EditFactsResponse>> ReadAsync(AsyncServerStreamingCall<EditFactsResponse> call)
    {
        using (call)
        {
            var responses = new List<EditFactsResponse>();
            await foreach (var response in call.ResponseStream.ReadAllAsync(Token)) responses.Add(response);
            return responses;
        }
    }
}
