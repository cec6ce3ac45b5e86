using Attune.Recognition.Models;
using Attune.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Attune.Server.Tests.Checkpoints;

/// <summary>A server that serves a tiny random model and keeps checkpoints, on a loopback port.</summary>
internal sealed class CheckpointServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private CheckpointServer(WebApplication app)
    {
        _app = app;
        _channel = GrpcChannel.ForAddress(app.Urls.First());
        Checkpoints = new V1.Checkpoints.CheckpointsClient(_channel);
        Speech = new Speech.SpeechClient(_channel);
        Text = new V1.Text.TextClient(_channel);
        Domains = new V1.Adaptation.AdaptationClient(_channel);
        Editing = new V1.Editing.EditingClient(_channel);
    }

    public V1.Checkpoints.CheckpointsClient Checkpoints { get; }

    public Speech.SpeechClient Speech { get; }

    public V1.Text.TextClient Text { get; }

    public V1.Adaptation.AdaptationClient Domains { get; }

    public V1.Editing.EditingClient Editing { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Where it listens.</summary>
    public string Url => _app.Urls.First();

    /// <summary>Where the door for browsers is, if there is one.</summary>
    public string WebUrl => _app.Urls.Last();

    public static async Task<CheckpointServer> StartAsync(string model, string store, params string[] options)
    {
        var app = await ServerHost.BuildAsync(
        [
            "--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default=None", $"--Recognition:Model={model}", $"--Checkpoints:Folder={store}",
            "--Adaptation:Fast:Parameters=layer-norm", .. options,
        ]);
        await app.StartAsync();
        return new CheckpointServer(app);
    }

    /// <summary>Hash of the model that serves.</summary>
    public async Task<string> ServesAsync() => (await Speech.GetModelAsync(new GetModelRequest())).Sha256;

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Imports a copy of a model whose output layer is turned so far that it hears something else; its id and hash.</summary>
    public async Task<(string Id, string Sha256)> ImportChangedAsync(float factor)
    {
        using var copy = new ModelFolderCopy();
        copy.Rewrite(tensor =>
        {
            if (tensor.Name != "lm_head.bias") return tensor;
            using var weights = ModelWeights.Open(copy.FolderPath);
            var values = weights.ReadFloats(tensor.Name);
            for (var i = 0; i < values.Length; i++) values[i] += factor * i;
            return TensorSource.FromFloats(tensor.Name, tensor.Type, tensor.Shape, () => values);
        });
        using var model = Attune.Recognition.Models.Model.Open(copy.FolderPath);
        return (await ImportAsync(copy.FolderPath), model.Sha256);
    }

    /// <summary>Imports a model folder; its id.</summary>
    public async Task<string> ImportAsync(string folder) => (await Checkpoints.ImportAsync(new ImportCheckpointRequest { Folder = folder })).Id;

    /// <summary>The tiny model with one clip as guard set. The caller disposes.</summary>
    public static ModelFolderCopy CopyModelWithGuardSet()
    {
        var model = new ModelFolderCopy();
        var guard = Directory.CreateDirectory(model.FilePath("guard")).FullName;
        File.Copy(RepositoryFiles.Sample("digits-clean-1.wav"), Path.Combine(guard, "clip.wav"));
        File.WriteAllText(Path.Combine(guard, "manifest.jsonl"), """{"audio_filepath": "clip.wav", "duration": 2.0, "text": "A"}""" + "\n");
        return model;
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
