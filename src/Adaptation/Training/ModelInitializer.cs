using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>Makes a model folder with random weights from a configuration, to be trained from nothing.</summary>
/// <remarks>
/// <para>Matrices and kernels are normal with variance 1 / inputs; those that write into the residual stream are smaller by
/// sqrt(2 layers), so that its variance does not grow with depth (Radford et al. 2019, GPT-2). Norms start as identity, biases at 0.</para>
/// <para>Where every convolution has a LayerNorm and the first has channels for it, it starts as a <see cref="GaborBank"/>, and the second
/// with nearly equal weights for the phases of a band.</para>
/// </remarks>
public sealed class ModelInitializer
{
    private readonly ModelConfig _config;
    private readonly ModelLayout _layout;
    private readonly int _seed;
    private readonly int _sampleRateHz;
    private readonly bool _gabor;

    private ModelInitializer(ModelConfig config, int seed, int sampleRateHz)
    {
        _config = config;
        _layout = new ModelLayout(config, WeightNormSpelling.Suffixes);
        _seed = seed;
        _sampleRateHz = sampleRateHz;
        _gabor = config.FeatureNorm == FeatureNorm.Layer && config.ConvDims[0] % GaborBank.Phases == 0 && config.ConvDims[0] >= 8
            && config.ConvDims.Count > 1 && config.ConvKernels[0] >= sampleRateHz / 100;
    }

    /// <summary>Writes <c>model.safetensors</c> beside copies of the files that describe the model.</summary>
    /// <param name="description">Folder with <c>config.json</c>, <c>vocab.json</c> and <c>preprocessor_config.json</c>.</param>
    /// <param name="folder">The folder to write; created if need be.</param>
    /// <param name="seed">Decides the weights.</param>
    /// <param name="waveforms">Normalised recordings that equalise the bands of the first convolution; a minute is plenty, none will do.</param>
    /// <exception cref="ModelException">The description cannot be used.</exception>
    public static void Write(string description, string folder, int seed, IReadOnlyList<ReadOnlyMemory<float>> waveforms)
    {
        var config = ModelConfigReader.Read(Path.Combine(description, "config.json"));
        var preprocessing = Preprocessing.Read(Path.Combine(description, "preprocessor_config.json"));
        Vocabulary.Read(description, config);
        var initializer = new ModelInitializer(config, seed, preprocessing.SampleRateHz);
        Directory.CreateDirectory(folder);
        ModelFolderWriter.CopyDescription(description, folder);
        var embedding = TrainableParameters.MaskParameter(config);
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [.. initializer._layout.Parameters.Append(embedding).Select(parameter => TensorSource.FromFloats(
                parameter.Name, ElementType.F32, parameter.Shape, () => initializer.Values(parameter, waveforms)))]);
    }

    private float[] Values(ModelParameter parameter, IReadOnlyList<ReadOnlyMemory<float>> waveforms)
    {
        var name = parameter.Name;
        if (name == _layout.PositionalGain) return PositionalGain();
        if (parameter.Shape.Count == 1) return Vector(parameter);
        if (_gabor && name == _layout.FeatureConvolution(0) + ".weight") return FirstConvolution(waveforms);
        if (_gabor && name == _layout.FeatureConvolution(1) + ".weight") return SecondConvolution(parameter);

        var deviation = 1 / Math.Sqrt(parameter.Shape.Skip(1).Aggregate(1L, (product, extent) => product * extent));
        if (name.EndsWith("out_proj.weight", StringComparison.Ordinal) || name.EndsWith("output_dense.weight", StringComparison.Ordinal))
            deviation /= Math.Sqrt(2.0 * _config.LayerCount);
        if (parameter.Part == ModelPart.Head) deviation /= 2;
        return Normal(name, parameter.Length, deviation);
    }

    private float[] Vector(ModelParameter parameter)
    {
        if (parameter.Name == TrainableParameters.MaskEmbedding(_config)) return Normal(parameter.Name, parameter.Length, 0.1);
        var values = new float[parameter.Length];
        if (!parameter.IsBias) Array.Fill(values, 1);
        return values;
    }

    private float[] FirstConvolution(IReadOnlyList<ReadOnlyMemory<float>> waveforms)
    {
        var kernels = GaborBank.Create(_config.ConvDims[0], _config.ConvKernels[0], _sampleRateHz);
        GaborBank.Equalize(kernels, _config.ConvKernels[0], _config.ConvStrides[0], waveforms);
        return kernels;
    }

    /// <summary>Half of the usual deviation equal for all phases of a band, and a tenth on top that tells them apart.</summary>
    private float[] SecondConvolution(ModelParameter parameter)
    {
        var (inputs, taps) = ((int)parameter.Shape[1], (int)parameter.Shape[2]);
        var bands = inputs / GaborBank.Phases;
        var tied = Normal(parameter.Name + " tied", parameter.Shape[0] * bands * taps, 0.5 / Math.Sqrt(bands * taps));
        var values = Normal(parameter.Name, parameter.Length, 0.1 / Math.Sqrt(inputs * taps));
        for (var i = 0; i < values.Length; i++)
        {
            var (output, input, tap) = (i / taps / inputs, i / taps % inputs, i % taps);
            values[i] += tied[(((output * bands) + (input / GaborBank.Phases)) * taps) + tap];
        }

        return values;
    }

    /// <summary>The norm of each tap of the direction, so that the product of both is the direction itself.</summary>
    private float[] PositionalGain()
    {
        var direction = _layout.Parameters.Single(parameter => parameter.Name == _layout.PositionalDirection);
        var values = Values(direction, []);
        var squares = new double[_config.PositionalKernel];
        for (var i = 0; i < values.Length; i++) squares[i % squares.Length] += (double)values[i] * values[i];
        return [.. squares.Select(square => (float)Math.Sqrt(square))];
    }

    /// <summary>Normal values that depend on seed and name alone.</summary>
    private float[] Normal(string name, long count, double deviation)
    {
        var random = SeededRandom.For(_seed, name);
        var values = new float[count];
        foreach (ref var value in values.AsSpan()) value = (float)(deviation * random.Normal());
        return values;
    }
}
