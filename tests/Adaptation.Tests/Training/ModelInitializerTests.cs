using Attune.Adaptation.Network;
using Attune.Adaptation.Training;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Training;

public sealed class ModelInitializerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("spoken-numbers-en")]
    [InlineData("tiny-group")]
    public void Write_AConfiguration_GivesAModelWhoseLogitsAreModerate(string name)
    {
        var description = name == "tiny-group" ? RepositoryFiles.Golden(name) : RepositoryFiles.Model(name);
        ModelInitializer.Write(description, _folder.File("a"), seed: 1, [TestModels.Waveform(16_000, 1)]);
        ModelInitializer.Write(description, _folder.File("b"), seed: 1, [TestModels.Waveform(16_000, 1)]);

        using var model = Model.Open(_folder.File("a"));
        using var network = new Wav2Vec2Network(model);
        using var batch = new WaveformBatch([TestModels.Waveform(16_000, 2)]);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        Assert.InRange(network.Forward(null, batch).std().item<float>(), 0.1, 2);
        Assert.Equal(File.ReadAllBytes(_folder.File("a/model.safetensors")), File.ReadAllBytes(_folder.File("b/model.safetensors")));
    }

    [Fact]
    public void GaborBank_ATone_IsLoudestInItsBandAndEqualInAllPhases()
    {
        const int length = 400;
        var kernels = GaborBank.Create(256, length, 16_000);
        var tone = Enumerable.Range(0, length).Select(i => Math.Cos(2 * Math.PI * 1000 * i / 16_000)).ToArray();

        var magnitudes = Enumerable.Range(0, 64).Select(band => Math.Sqrt(Enumerable.Range(0, 4).Sum(phase =>
        {
            var kernel = kernels.AsSpan(((band * 4) + phase) * length, length);
            var product = 0.0;
            for (var i = 0; i < length; i++) product += kernel[i] * tone[i];
            return product * product;
        }))).ToArray();

        // 1000 Hz is 1000 mel; the bands lie evenly from 122 mel (80 Hz) to 2740 mel (7296 Hz).
        var loudest = Array.IndexOf(magnitudes, magnitudes.Max());
        Assert.InRange(loudest, 20, 22);
        // Of each pair of opposite phases one is the other's negative; a unit tone gives 1/2 in each quadrature, so sqrt(2) / 2.
        Assert.Equal(Math.Sqrt(0.5), magnitudes[loudest], 0.05);
    }

    [Fact]
    public void Equalize_Recordings_GivesEachBandTheSameLevel()
    {
        const int length = 400;
        var kernels = GaborBank.Create(64, length, 16_000);
        var waveform = TestModels.Waveform(32_000, 1);

        GaborBank.Equalize(kernels, length, 160, [waveform]);

        for (var band = 0; band < 16; band++)
        {
            double power = 0;
            var frames = 0;
            for (var start = 0; start + length <= waveform.Length; start += 160, frames++)
            {
                for (var phase = 0; phase < 4; phase++)
                {
                    var product = 0.0;
                    for (var i = 0; i < length; i++) product += kernels[(((band * 4) + phase) * length) + i] * waveform.Span[start + i];
                    power += product * product / 4;
                }
            }

            Assert.Equal(0.03, Math.Sqrt(power / frames), 1e-4);
        }
    }

    public void Dispose() => _folder.Dispose();
}
