using System.Text.Json;
using Attune.Adaptation.Training;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Training;

public sealed class LoraAdapterTests : IDisposable
{
    private const string QueryDown = "base_model.model.wav2vec2.encoder.layers.0.attention.q_proj.lora_A.weight";

    private readonly TemporaryFolder _folder = new();
    private readonly Model _model = Model.Open(RepositoryFiles.Golden("tiny-layer"));

    [Fact]
    public void Run_AdapterExport_WritesWhatPeftReads()
    {
        Train("adapter", Options());

        using var config = JsonDocument.Parse(File.ReadAllText(_folder.File("adapter/adapter_config.json")));
        Assert.Equal("LORA", config.RootElement.GetProperty("peft_type").GetString());
        Assert.Equal(2, config.RootElement.GetProperty("r").GetInt32());
        Assert.Equal(3, config.RootElement.GetProperty("lora_alpha").GetDouble());
        Assert.Equal("none", config.RootElement.GetProperty("bias").GetString());
        Assert.Equal(["q_proj", "v_proj"], config.RootElement.GetProperty("target_modules").EnumerateArray().Select(target => target.GetString()));
        using var file = SafetensorsFile.Open(_folder.File("adapter/adapter_model.safetensors"));
        Assert.Equal(2 * 2 * _model.Config.LayerCount, file.Tensors.Count);
        Assert.Equal([2, _model.Config.HiddenSize], file.Tensors[QueryDown].Shape);
        Assert.False(File.Exists(_folder.File("adapter/model.safetensors")));
        Assert.True(File.Exists(_folder.File("adapter/README.md")));
    }

    [Fact]
    public void WriteMerged_TrainedAdapter_IsTheMergedExportOfTheSameTraining()
    {
        Train("adapter", Options());
        var merged = Options();
        merged.LoraExport = LoraExport.Merged;
        Train("whole", merged);

        LoraAdapter.Open(_folder.File("adapter"), _model).WriteMerged(_model, _folder.File("merged"));

        using var expected = Model.Open(_folder.File("whole"));
        using var actual = Model.Open(_folder.File("merged"));
        foreach (var parameter in _model.Layout.Parameters)
            Assert.Equal(expected.Weights.ReadFloats(parameter.Name), actual.Weights.ReadFloats(parameter.Name));
    }

    [Fact]
    public void Run_FromAnAdapter_StartsWhereItEnded()
    {
        Train("first", Options());
        var adapter = LoraAdapter.Open(_folder.File("first"), _model);
        var task = Task("second", adapter.Options(Options()), steps: 1) with { Adapter = adapter };

        using var trainer = new Trainer(task, TimeProvider.System);
        var start = trainer.Snapshot();

        foreach (var slice in adapter.Additions.Layout.Slices)
        {
            var own = start.Layout.Slices.Single(candidate => candidate.Parameter.Name == slice.Parameter.Name);
            Assert.Equal(adapter.Additions[slice].ToArray(), start[own].ToArray());
        }

        trainer.Run(null, CancellationToken.None);
        Assert.NotEqual(adapter.Sha256, LoraAdapter.Open(_folder.File("second"), _model).Sha256);
    }

    [Theory]
    [InlineData("transformer.", "transformer.")]
    [InlineData("transformer.", "")]
    [InlineData("", "transformer.")]
    [InlineData("", "")]
    public void Open_Gpt2NamedWithOrWithoutItsBody_Fits(string inModel, string inAdapter)
    {
        using var tiny = TinyTextModel.Gpt2(inModel);
        using var model = tiny.Open();
        WriteGpt2Adapter([.. Enumerable.Range(0, 2).Select(layer => $"base_model.model.{inAdapter}h.{layer}.attn.c_attn")]);

        var adapter = LoraAdapter.Open(_folder.Path, model);

        var slice = adapter.Additions.Layout.Slices.First(slice => slice.Parameter.Name == $"{inModel}h.1.attn.c_attn.lora_B.weight");
        Assert.Equal(Enumerable.Repeat(1.5f, 72), adapter.Additions[slice].ToArray());
    }

    [Fact]
    public void Open_Gpt2LayerUnderTwoNames_IsRefused()
    {
        using var tiny = TinyTextModel.Gpt2();
        using var model = tiny.Open();
        WriteGpt2Adapter("base_model.model.h.0.attn.c_attn", "base_model.model.transformer.h.0.attn.c_attn");

        var exception = Assert.Throws<ModelException>(() => LoraAdapter.Open(_folder.Path, model));

        Assert.Contains("has two tensors for one layer", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"bias\": \"none\"", "\"bias\": \"all\"", ModelError.UnsupportedFeature, "asks for bias \"all\"")]
    [InlineData("\"peft_type\": \"LORA\"", "\"peft_type\": \"IA3\"", ModelError.UnsupportedFeature, "asks for peft_type \"IA3\"")]
    [InlineData("\"r\": 2", "\"r\": 0", ModelError.InvalidConfig, "Given: r 0")]
    [InlineData("\"r\": 2", "\"r\": 4", ModelError.TensorShape, "the model needs [4, ")]
    [InlineData("\"r\": 2", "\"rank\": 2", ModelError.InvalidJson, "is not the configuration of a LoRA adapter")]
    [InlineData("\"q_proj\"", "\"conv\"", ModelError.InvalidConfig, "The model has no linear layer 'conv'")]
    [InlineData("\"q_proj\"", "\"proj\"", ModelError.InvalidConfig, "The model has no linear layer 'proj'")]
    [InlineData("\"q_proj\"", "\"k_proj\"", ModelError.TensorShape, "that is no addition to a layer of its target_modules")]
    public void Open_BadAdapter_NamesTheRule(string good, string bad, ModelError error, string message)
    {
        Train("adapter", Options());
        var path = _folder.File("adapter/adapter_config.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace(good, bad, StringComparison.Ordinal));

        var exception = Assert.Throws<ModelException>(() => LoraAdapter.Open(_folder.File("adapter"), _model));

        Assert.Equal(error, exception.Error);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoAdapter_SaysWhichFileIsMissing() =>
        Assert.Equal(ModelError.MissingFile, Assert.Throws<ModelException>(() => LoraAdapter.Open(_folder.File("none"), _model)).Error);

    [Fact]
    public void WriteMerged_IntoTheModelsFolder_IsRefused()
    {
        Train("adapter", Options());
        var adapter = LoraAdapter.Open(_folder.File("adapter"), _model);

        Assert.Throws<ArgumentException>(() => adapter.WriteMerged(_model, _model.Folder));
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    /// <summary>An adapter of rank 1: A is 0.5 and B 0.5 plus the number of the layer.</summary>
    private void WriteGpt2Adapter(params string[] layers)
    {
        File.WriteAllText(
            _folder.File("adapter_config.json"), """{ "peft_type": "LORA", "r": 1, "lora_alpha": 2, "target_modules": ["c_attn"], "fan_in_fan_out": true }""");
        SafetensorsWriter.Write(
            _folder.File("adapter_model.safetensors"),
            [
                .. layers.Select(name => TensorSource.FromFloats($"{name}.lora_A.weight", ElementType.F32, [1, 24], () => Enumerable.Repeat(0.5f, 24).ToArray())),
                .. layers.Select((name, number) => TensorSource.FromFloats($"{name}.lora_B.weight", ElementType.F32, [72, 1], () => Enumerable.Repeat(0.5f + number, 72).ToArray())),
            ]);
    }

    private static FineTuningOptions Options() => new() { LoraRank = 2, LoraAlpha = 3, LoraExport = LoraExport.Adapter };

    private void Train(string folder, FineTuningOptions fineTuning)
    {
        using var trainer = new Trainer(Task(folder, fineTuning, steps: 3), TimeProvider.System);
        trainer.Run(null, CancellationToken.None);
    }

    private TrainingTask Task(string folder, FineTuningOptions fineTuning, int steps)
    {
        var options = new TrainingOptions { MaxSteps = steps, Threads = 1, Precision = ComputePrecision.Float32 };
        options.Optimizer.LearningRate = 1e-2;
        options.Optimizer.WarmUpSteps = 0;
        return new()
        {
            Source = _model,
            Data = new([new(Tones.Create(_model, 6, seed: 1))], _model, new Augmentation(new(), 16_000, []), TimeSpan.FromSeconds(4), seed: 1),
            Options = options,
            FineTuning = fineTuning,
            OutputFolder = _folder.File(folder),
            Card = new ModelCard { Name = folder },
        };
    }
}
