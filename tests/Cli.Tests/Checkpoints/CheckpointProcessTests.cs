using Attune.Adaptation;
using Attune.Recognition.Models;
using Attune.V1;
using Grpc.Core;

namespace Attune.Cli.Tests.Checkpoints;

/// <summary>What kill -9 leaves of a server's checkpoints, seen from its next start.</summary>
public sealed class CheckpointProcessTests : IDisposable
{
    private readonly TemporaryFolder _store = new();
    private readonly string _model = RepositoryFiles.Model("spoken-numbers-en");

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Import_Killed_LeavesNoCheckpoint()
    {
        string configured;
        using (var server = await ServerProcess.StartAsync(_model, _store.Path))
        {
            configured = await server.ServesAsync();
            using var watcher = Watch("incoming", "model.safetensors");
            var import = server.Checkpoints.ImportAsync(new ImportCheckpointRequest { Folder = _model }).ResponseAsync;
            await watcher.Task;
            server.Kill();
            await Assert.ThrowsAsync<RpcException>(() => import);
        }

        Assert.NotEmpty(Directory.GetFiles(_store.File("incoming"), "model.safetensors", SearchOption.AllDirectories));
        using var restarted = await ServerProcess.StartAsync(_model, _store.Path);

        Assert.Equal(configured, await restarted.ServesAsync());
        Assert.Empty((await restarted.Checkpoints.ListAsync(new ListCheckpointsRequest())).Checkpoints);
        Assert.Empty(Directory.GetFiles(_store.File("incoming"), "model.safetensors", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Merge_Killed_LeavesTheSourcesAlone()
    {
        using var other = ChangedModel();
        using (var server = await ServerProcess.StartAsync(_model, _store.Path))
        {
            var ids = await ImportAsync(server, _model, other.Path);
            using var watcher = Watch("incoming", "*.tmp");
            using var merge = server.Checkpoints.Merge(new MergeCheckpointsRequest
            {
                Recipe = $"merge_method: linear\nmodels:\n- {{model: {ids[0]}, parameters: {{weight: 1}}}}\n- {{model: {ids[1]}, parameters: {{weight: 1}}}}\n",
            });
            await watcher.Task;
            server.Kill();
            await Assert.ThrowsAsync<RpcException>(async () =>
            {
                while (await merge.ResponseStream.MoveNext(CancellationToken.None))
                {
                }
            });
        }

        using var restarted = await ServerProcess.StartAsync(_model, _store.Path);

        var list = (await restarted.Checkpoints.ListAsync(new ListCheckpointsRequest())).Checkpoints;
        Assert.Equal(2, list.Count);
        Assert.All(list, checkpoint => Assert.Equal("import", checkpoint.Origin));
        await restarted.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = list[0].Id, OverrideGate = true });
    }

    [Fact]
    public async Task Activate_KilledAtAnyMoment_TheOldOrTheNewOneServes()
    {
        using var other = ChangedModel();
        await KillAsync(rounds: 2, [_model, other.Path], "", "active.json*", server => server.ServesAsync());
    }

    [Fact]
    public async Task Activate_OfATextModelKilledAtAnyMoment_TheOldOrTheNewOneServes()
    {
        using var story = TinyTextModel.Gpt2();
        using var other = TinyTextModel.Gpt2(seed: 2);
        await KillAsync(rounds: 1, [story.FolderPath, other.FolderPath], "story", "active-story.json*", server => server.ServesAsync("story"), $"--Text:Models:story={story.FolderPath}");
    }

    private async Task KillAsync(int rounds, string[] models, string name, string decision, Func<ServerProcess, Task<string>> serves, params string[] options)
    {
        var hashes = models.Select(HashOf).ToArray();
        string[] ids;
        using (var server = await ServerProcess.StartAsync(_model, _store.Path, options)) ids = await ImportAsync(server, models);
        var serving = 0; // the configured model is the first
        for (var round = 0; round < rounds; round++)
        {
            using var server = await ServerProcess.StartAsync(_model, _store.Path, options);
            Assert.Equal(hashes[serving], await serves(server));
            var next = 1 - serving;
            // Killed when the decision begins to be written, and a moment into building the model.
            using var watcher = round % 2 == 0 ? Watch(".", decision) : null;
            var activation = server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = ids[next], Model = name, OverrideGate = true }).ResponseAsync;
            if (watcher is not null) await watcher.Task;
            else await Task.WhenAny(activation, server.Checkpoints.ListAsync(new ListCheckpointsRequest()).ResponseAsync);
            server.Kill();
            try
            {
                await activation;
            }
            catch (RpcException)
            {
                // It may or may not have been answered.
            }

            using var restarted = await ServerProcess.StartAsync(_model, _store.Path, options);
            var now = Array.IndexOf(hashes, await serves(restarted));
            Assert.InRange(now, 0, 1);
            if (watcher is null && !activation.IsCompletedSuccessfully) Assert.Equal(serving, now);
            if (activation.IsCompletedSuccessfully) Assert.Equal(next, now);
            serving = now;
        }
    }

    private static async Task<string[]> ImportAsync(ServerProcess server, params string[] folders)
    {
        var ids = new List<string>();
        foreach (var folder in folders) ids.Add((await server.Checkpoints.ImportAsync(new ImportCheckpointRequest { Folder = folder })).Id);
        return [.. ids];
    }

    private static string HashOf(string folder)
    {
        using var model = AnyModel.Open(folder);
        return model.Sha256;
    }

    /// <summary>A copy of the model with one tensor changed.</summary>
    private TemporaryFolder ChangedModel()
    {
        var copy = new TemporaryFolder();
        foreach (var name in new[] { "config.json", "vocab.json", "preprocessor_config.json" }) File.Copy(Path.Combine(_model, name), copy.File(name));
        using var weights = ModelWeights.Open(_model);
        SafetensorsWriter.Write(copy.File("model.safetensors"), [.. weights.Names.Order(StringComparer.Ordinal).Select(Changed)]);
        return copy;

        TensorSource Changed(string name)
        {
            var tensor = TensorSource.FromFile(weights.Find(name));
            if (name != "lm_head.bias") return tensor;
            return TensorSource.FromFloats(name, tensor.Type, tensor.Shape, () => weights.ReadFloats(name).Select(value => value + 0.01f).ToArray());
        }
    }

    private FileAppears Watch(string folder, string filter) => new(Path.Combine(_store.Path, folder), filter);

    /// <summary>Ends when a file of a name appears in a folder or below it.</summary>
    private sealed class FileAppears : IDisposable
    {
        private readonly FileSystemWatcher _watcher;
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public FileAppears(string folder, string filter)
        {
            _watcher = new FileSystemWatcher(folder, filter) { IncludeSubdirectories = true };
            _watcher.Created += (_, _) => _seen.TrySetResult();
            _watcher.Changed += (_, _) => _seen.TrySetResult();
            _watcher.Renamed += (_, _) => _seen.TrySetResult();
            _watcher.EnableRaisingEvents = true;
        }

        public Task Task => _seen.Task.WaitAsync(TimeSpan.FromMinutes(1));

        public void Dispose() => _watcher.Dispose();
    }
}
