using System.Text.Json.Nodes;
using Attune.Recognition.Models;
using Attune.Server.Configuration;
using Attune.Server.Serving;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Attune.Server.Tests;

public sealed class ServerHostTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attune-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task BuildAsync_MissingModel_NamesTheFolder()
    {
        var exception = await Assert.ThrowsAsync<ModelException>(() => ServerHost.BuildAsync(["--Recognition:Model", "/no/such/model"]));

        Assert.Equal(ModelError.MissingFolder, exception.Error);
        Assert.Contains("/no/such/model", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BuildAsync_CorruptWeights_NamesTheFile()
    {
        var model = CopyModel();
        await File.WriteAllBytesAsync(Path.Combine(model, "model.safetensors"), [1, 2, 3]);

        var exception = await Assert.ThrowsAsync<ModelException>(() => ServerHost.BuildAsync(["--Recognition:Model", model]));

        Assert.Equal(ModelError.SafetensorsTooShort, exception.Error);
        Assert.Contains("model.safetensors", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BuildAsync_WrongVocabularySize_TellsTheSizes()
    {
        var model = CopyModel();
        var file = Path.Combine(model, "vocab.json");
        var vocabulary = JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
        vocabulary["EXTRA"] = vocabulary.Count;
        await File.WriteAllTextAsync(file, vocabulary.ToJsonString());

        var exception = await Assert.ThrowsAsync<ModelException>(() => ServerHost.BuildAsync(["--Recognition:Model", model]));

        Assert.Equal(ModelError.VocabularySize, exception.Error);
        Assert.Contains("vocab_size", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BuildAsync_MoreTopLayersThanTheModelHas_NamesKeyAndNumber()
    {
        var exception = await Assert.ThrowsAsync<ConfigurationException>(() => ServerHost.BuildAsync(["--Adaptation:Fast:Parameters", "top-99"]));

        Assert.Contains("Adaptation:Fast:Parameters", exception.Message, StringComparison.Ordinal);
        Assert.Contains("the model has 4", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BuildAsync_ConfigFile_IsReadBelowTheCommandLine()
    {
        var file = Path.Combine(_folder, "attune.json");
        await File.WriteAllTextAsync(file, """{ "Recognition": { "Onnx": { "Threads": 1 } }, "Adaptation": { "Fast": { "Steps": 3, "Parameters": "top-1" } } }""");

        await using var app = await ServerHost.BuildAsync(["--config", file, "--Adaptation:Fast:Steps", "4"]);

        var settings = app.Services.GetRequiredService<RecognitionSettings>();
        Assert.Equal((1, 4, "top-1"), (settings.Onnx.Threads, settings.Fast.Steps, settings.Fast.Parameters));
    }

    [Theory]
    [InlineData(null, "not found")]
    [InlineData("{ nonsense", "attune.json")]
    public async Task BuildAsync_BadConfigFile_NamesTheFile(string? content, string words)
    {
        var file = Path.Combine(_folder, "attune.json");
        if (content is not null) await File.WriteAllTextAsync(file, content);

        var exception = await Assert.ThrowsAsync<ConfigurationException>(() => ServerHost.BuildAsync(["--config", file]));

        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
        Assert.Contains(file, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_CannotStart_ReturnsOne()
    {
        Assert.Equal(1, await ServerHost.RunAsync(["--Recognition:Model", "/no/such/model"]));
    }

    [Fact]
    public async Task ServeAsync_ToldToStopBeforeItListens_EndsWithoutAnError()
    {
        await using var app = await ServerHost.BuildAsync(
            ["--urls", "http://127.0.0.1:0", "--State:Directory=none"], services => services.Insert(0, ServiceDescriptor.Singleton<IHostedService, StopsAtOnce>()));

        await ServerHost.ServeAsync(app);

        Assert.All(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses, address => Assert.EndsWith(":0", address, StringComparison.Ordinal)); // not bound
    }

    private string CopyModel()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "models", "spoken-numbers-en")))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        return _folder;
    }

    /// <summary>An interrupt while the server starts.</summary>
    private sealed class StopsAtOnce(IHostApplicationLifetime lifetime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
