using Attune.Adaptation.Training;

namespace Attune.Adaptation.Tests.Training;

public sealed class AugmentationTests
{
    private const int SampleRateHz = 16_000;

    [Fact]
    public void Apply_None_GivesTheRecording()
    {
        var utterance = Sine(440);

        Assert.Equal(utterance.ToFloats(), Augment(AugmentationOptions.None, utterance, 1));
    }

    [Theory]
    [InlineData(0.8)]
    [InlineData(1.25)]
    public void ChangeSpeed_Sine_HasThePitchThatFollows(double speed)
    {
        var changed = Augmentation.ChangeSpeed(Sine(500).ToFloats(), speed);

        Assert.Equal((int)(SampleRateHz / speed), changed.Length);
        var expected = Sine(500 * speed).ToFloats();
        for (var i = 10; i < Math.Min(changed.Length, expected.Length) - 10; i++) Assert.Equal(expected[i], changed[i], 5e-3);
    }

    [Fact]
    public void AddNoise_Ratio_IsWhatWasAskedFor()
    {
        var clean = Sine(440).ToFloats();
        var noise = Sine(1234).ToFloats();
        var mixed = (float[])clean.Clone();

        Augmentation.AddNoise(mixed, noise, 12);

        var added = mixed.Zip(clean, (after, before) => (double)after - before).Sum(value => value * value);
        Assert.Equal(12, 10 * Math.Log10(clean.Sum(value => (double)value * value) / added), 0.01);
    }

    [Theory]
    [InlineData(100, -15)]
    [InlineData(7000, -30)]
    public void Apply_Telephone_CutsWhatALineDoesNotCarry(double frequency, double limitDb)
    {
        var options = AugmentationOptions.None;
        options.TelephoneProbability = 1;

        Assert.InRange(GainDb(options, frequency), double.NegativeInfinity, limitDb);
        Assert.InRange(GainDb(options, 1000), -1, 1);
    }

    [Fact]
    public void Apply_SameDraws_GiveTheSameSamples()
    {
        var options = new AugmentationOptions
        {
            GainProbability = 1, TiltProbability = 1, LowPassProbability = 1, RoomProbability = 1, NoiseProbability = 1, NoiseFloorProbability = 1,
        };
        var utterance = Sine(440);

        Assert.Equal(Augment(options, utterance, 1.1), Augment(options, utterance, 1.1));
        Assert.All(Augment(options, utterance, 1.1), sample => Assert.True(float.IsFinite(sample)));
    }

    private static float[] Augment(AugmentationOptions options, TrainingUtterance utterance, double speed) =>
        new Augmentation(options, SampleRateHz, []).Apply(utterance, speed, new Random(1));

    private static double GainDb(AugmentationOptions options, double frequency)
    {
        var utterance = Sine(frequency);
        double Power(float[] samples) => samples.Skip(2_000).Sum(value => (double)value * value);
        return 10 * Math.Log10(Power(Augment(options, utterance, 1)) / Power(utterance.ToFloats()));
    }

    private static TrainingUtterance Sine(double frequency) => new(
        TrainingUtterance.Quantize([.. Enumerable.Range(0, SampleRateHz).Select(i => (float)(0.5 * Math.Sin(2 * Math.PI * frequency * i / SampleRateHz)))]),
        "A",
        [7]);
}
