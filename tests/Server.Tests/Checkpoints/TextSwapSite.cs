using Attune.Recognition.Models;
using Attune.Server.Text;
using Attune.Text;
using Grpc.Core;

namespace Attune.Server.Tests.Checkpoints;

/// <summary>A store of checkpoints and two text models, a GPT-2 named story and a BERT named mood, for servers that swap them; and what is to be expected of such models.</summary>
internal sealed class TextSwapSite : IDisposable
{
    /// <summary>What requests are about.</summary>
    public const string Asked = "the cat sat on the mat";

    private readonly TemporaryFolder _folder = new();

    public TinyTextModel Story { get; } = TinyTextModel.Gpt2();

    public TinyTextModel Mood { get; } = TinyTextModel.Bert();

    /// <summary>Folder of the store.</summary>
    public string Store => _folder.Path;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The model with the bias of its last norm turned.</summary>
    public static TinyTextModel Changed(TinyTextModel model, float factor)
    {
        model.Rewrite(tensor =>
        {
            if (!tensor.Name.EndsWith("ln_f.bias", StringComparison.Ordinal)) return tensor;
            using var weights = ModelWeights.Open(model.FolderPath);
            var values = weights.ReadFloats(tensor.Name);
            for (var i = 0; i < values.Length; i++) values[i] += factor * (i % 3);
            return TensorSource.FromFloats(tensor.Name, tensor.Type, tensor.Shape, () => values);
        });
        return model;
    }

    /// <summary>A model that is surer of what it says, and as it knows nothing, worse.</summary>
    public static TinyTextModel Worse()
    {
        var model = TinyTextModel.Gpt2();
        model.Rewrite(tensor =>
        {
            if (!tensor.Name.EndsWith("ln_f.weight", StringComparison.Ordinal)) return tensor;
            using var weights = ModelWeights.Open(model.FolderPath);
            var values = weights.ReadFloats(tensor.Name);
            return TensorSource.FromFloats(tensor.Name, tensor.Type, tensor.Shape, () => values.Select(value => 4 * value).ToArray());
        });
        return model;
    }

    /// <summary>A tensor of the same shape with one value everywhere.</summary>
    public static TensorSource Fill(TensorSource tensor, float value) =>
        TensorSource.FromFloats(tensor.Name, tensor.Type, tensor.Shape, () => Enumerable.Repeat(value, (int)tensor.Shape.Aggregate(1L, (count, size) => count * size)).ToArray());

    /// <summary>Vectors of examples of the domain orders, as the model that serves sees them.</summary>
    public static async Task<IReadOnlyList<float>[]> VectorsAsync(CheckpointServer server, IEnumerable<string> ids)
    {
        using var lease = server.Get<TextModels>().Lease("story");
        return await Task.WhenAll(ids.Select(async id => (IReadOnlyList<float>)(await lease.Model.Examples.ReadAsync("orders", id, Token))!.Embedding.ToArray()));
    }

    /// <summary>What a GPT-2 itself makes of <see cref="Asked"/>.</summary>
    public static double ScoreOf(TinyTextModel model)
    {
        using var engine = new Attune.Text.TextEngine(model.Open(), Attune.Recognition.Acoustic.ParameterSet.Parse("lora"));
        using var work = engine.Score(Asked).RunToEnd(Token);
        return work.Result.LogProbability;
    }

    /// <summary>How a GPT-2 itself goes on from <see cref="Asked"/>.</summary>
    public static string WriteOf(TinyTextModel model)
    {
        using var engine = new Attune.Text.TextEngine(model.Open(), Attune.Recognition.Acoustic.ParameterSet.Parse("lora"));
        using var work = engine.Generate(Asked, new() { MaxTokens = 12 }).RunToEnd(Token);
        return work.TakeText();
    }

    public static string HashOf(TinyTextModel model)
    {
        using var opened = model.Open();
        return opened.Sha256;
    }

    /// <summary>What the server makes of <see cref="Asked"/>.</summary>
    public static async Task<double> ScoreAsync(CheckpointServer server) =>
        (await server.Text.ScoreAsync(new() { Model = "story", Text = Asked }, cancellationToken: Token)).LogProbability;

    /// <summary>How the server goes on from <see cref="Asked"/>.</summary>
    public static async Task<string> WriteAsync(CheckpointServer server)
    {
        using var call = server.Text.Generate(new() { Model = "story", Text = Asked, MaxTokens = 12 }, cancellationToken: Token);
        var text = "";
        await foreach (var response in call.ResponseStream.ReadAllAsync(Token)) text += response.Text;
        return text;
    }

    public static async Task<string> LabelsAsync(CheckpointServer server) => (await server.Text.ClassifyAsync(new() { Model = "mood", Text = "the good cat" }, cancellationToken: Token)).ToString();

    public static Task<RpcException> FailAsync(CheckpointServer server, string id, string model) =>
        GrpcErrors.FailureAsync(server.Checkpoints.ActivateAsync(new() { Id = id, Model = model }));

    /// <summary>Writes a guard text; its path.</summary>
    public string WriteGuard(string text)
    {
        var path = Path.Combine(Store, "guard.txt");
        File.WriteAllText(path, text);
        return path;
    }

    public Task<CheckpointServer> StartAsync(params string[] options) => CheckpointServer.StartAsync(
        RepositoryFiles.Golden("tiny-layer"), Store, [$"--Text:Models:story={Story.FolderPath}", $"--Text:Models:mood={Mood.FolderPath}", .. options]);

    public void Dispose()
    {
        Story.Dispose();
        Mood.Dispose();
        _folder.Dispose();
    }
}
