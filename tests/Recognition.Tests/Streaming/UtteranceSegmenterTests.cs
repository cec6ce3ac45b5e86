using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Audio.EndPointing;
using Attune.Recognition.Models;
using Attune.Recognition.Streaming;
using Attune.Recognition.Tests.Audio;

namespace Attune.Recognition.Tests.Streaming;

/// <summary>With the model that ships.</summary>
public sealed class UtteranceSegmenterTests : IDisposable
{
    private const int Rate = 16000;

    private readonly Model _model = Model.Open(RepositoryFiles.Model("spoken-numbers-en"));
    private readonly OnnxAcousticModel _acousticModel;
    private readonly Recognizer _recognizer;
    private readonly List<int> _passes = [];

    public UtteranceSegmenterTests()
    {
        _acousticModel = new OnnxAcousticModel(_model, options: new OnnxOptions { Threads = 1 });
        _recognizer = new Recognizer(_model, _acousticModel);
    }

    [Fact]
    public async Task Push_PiecesOfAnySize_GivesTheSameUtterances()
    {
        var samples = await JoinAsync(seconds: 1.5, "digits-clean-2", "digits-babble-10db", "digits-clean-3");

        var whole = Utterances(Run(samples, [samples.Length], moreWaits: true));
        var tiny = Utterances(Run(samples, [16], moreWaits: false));
        var random = new Random(1);
        var any = Utterances(Run(samples, [.. Enumerable.Range(0, 500).Select(_ => random.Next(16, 80_000))], moreWaits: false));

        Assert.True(whole.Count >= 3);
        Assert.Equal(whole, tiny);
        Assert.Equal(whole, any);
    }

    [Fact]
    public async Task Push_Utterance_HoldsTheSamplesOfItsPlace()
    {
        var samples = await JoinAsync(seconds: 1.5, "digits-clean-2", "digits-clean-3");

        foreach (var ended in Run(samples, [1600], moreWaits: true).OfType<UtteranceEnded>())
        {
            var from = (int)Math.Round(ended.Start.TotalSeconds * Rate);
            Assert.Equal(samples.AsSpan(from, ended.Samples.Length), ended.Samples.Span);
            Assert.Equal((double)ended.Samples.Length / Rate, ended.Duration.TotalSeconds, 1e-6);
        }
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.05)]
    [InlineData(0.5)]
    public void Push_SteadyNoise_IsNoSpeech(double amplitude)
    {
        Assert.Empty(Run(Signals.Noise(20 * Rate, seed: 3, amplitude), [1600], moreWaits: false));
    }

    [Fact]
    public void Push_NoiseThatSetsIn_IsNoSpeech()
    {
        float[] samples = [.. Signals.Noise(5 * Rate, seed: 4, 0.001), .. Signals.Noise(10 * Rate, seed: 5, 0.1), .. Signals.Noise(5 * Rate, seed: 6, 0.001)];

        Assert.Empty(Run(samples, [1600], moreWaits: false));
    }

    [Fact]
    public async Task Push_LongSpeech_IsCutAndCovered()
    {
        var samples = await JoinAsync(seconds: 0, [.. Enumerable.Repeat("digits-clean-2", 8), .. Enumerable.Repeat("digits-clean-3", 8)]);

        var ended = Run(samples, [1600], moreWaits: true, maxUtterance: 6).OfType<UtteranceEnded>().ToArray();

        Assert.True(ended.Length >= samples.Length / Rate / 6);
        Assert.All(ended, utterance => Assert.InRange(utterance.Duration.TotalSeconds, 0.2, 6.01));
        for (var i = 1; i < ended.Length; i++)
            Assert.InRange((ended[i].Start - ended[i - 1].Start - ended[i - 1].Duration).TotalSeconds, -1e-6, 0.5);
    }

    [Fact]
    public async Task Push_LongSpeechWithAShortPause_IsCutInThePause()
    {
        var first = await JoinAsync(seconds: 0, "digits-clean-2", "digits-clean-3");
        float[] samples = [.. first, .. new float[Rate * 3 / 10], .. await JoinAsync(seconds: 0, "digits-clean-2", "digits-clean-3")];
        var longest = (first.Length / (double)Rate) + 1;

        var ended = Run(samples, [1600], moreWaits: true, maxUtterance: longest).OfType<UtteranceEnded>().First();

        Assert.InRange((ended.Start + ended.Duration).TotalSeconds * Rate, first.Length - (Rate / 10), first.Length + (Rate * 3 / 10));
    }

    [Fact]
    public async Task Push_MoreAudioWaits_LeavesOutInterimsAndNothingElse()
    {
        var samples = await JoinAsync(seconds: 1.5, "digits-clean-2", "digits-clean-3");

        var idle = Run(samples, [1600], moreWaits: false);
        var idlePasses = _passes.Count;
        var busy = Run(samples, [1600], moreWaits: true);
        var busyPasses = _passes.Count - idlePasses;

        Assert.Equal(Utterances(idle), Utterances(busy));
        Assert.True(busy.OfType<InterimTranscript>().Count() < idle.OfType<InterimTranscript>().Count());
        Assert.InRange(busyPasses, 1, idlePasses * 2 / 3);
    }

    [Fact]
    public async Task Push_LongerUtterance_CostsTheSameForEachSecond()
    {
        var samples = await JoinAsync(seconds: 0, [.. Enumerable.Repeat("digits-clean-2", 20)]);

        Run(samples, [3840], moreWaits: false, maxUtterance: 60);

        var window = (int)(Rate * (2 + 0.5 + 0.48));
        Assert.All(_passes, length => Assert.InRange(length, 1, window + _model.Config.SamplesPerFrame));
        Assert.InRange(_passes.Count, samples.Length / Rate * 3, samples.Length / Rate * 5);

        var heardOfLong = (double)_passes.Sum() / samples.Length;
        _passes.Clear();
        var brief = samples[..(2 * Rate)];
        Run(brief, [1600], moreWaits: false);
        Assert.InRange(_passes.Sum() / (double)brief.Length, 0.75 * heardOfLong, 1.1 * heardOfLong);
    }

    [Fact]
    public async Task Push_InterimTranscripts_EndNearTheTranscriptOfTheUtterance()
    {
        var samples = await JoinAsync(seconds: 1.5, "digits-clean-2");

        var events = Run(samples, [1600], moreWaits: false);

        var ended = events.OfType<UtteranceEnded>().First();
        var whole = _recognizer.Recognize(ended.Samples, ended.Start, parameters: null, CancellationToken.None).Transcript;
        var last = events.OfType<InterimTranscript>().Last(interim => interim.Utterance == ended.Utterance);
        Assert.Equal(whole.Text, last.Transcript.Text);
    }

    public void Dispose()
    {
        _acousticModel.Dispose();
        _model.Dispose();
    }

    private static List<(TimeSpan Start, TimeSpan Duration, int Samples)> Utterances(IEnumerable<StreamEvent> events) =>
        [.. events.OfType<UtteranceEnded>().Select(ended => (ended.Start, ended.Duration, ended.Samples.Length))];

    private List<StreamEvent> Run(float[] samples, int[] sizes, bool moreWaits, double maxUtterance = 20)
    {
        var segmenter = new UtteranceSegmenter(
            _model,
            (window, cancellationToken) =>
            {
                _passes.Add(window.Length);
                return _recognizer.Listen(window, parameters: null, cancellationToken);
            },
            new EndPointerOptions(),
            new StreamingOptions(),
            TimeSpan.FromSeconds(maxUtterance));
        var events = new List<StreamEvent>();
        for (int at = 0, i = 0; at < samples.Length; i++)
        {
            var size = Math.Min(sizes[i % sizes.Length], samples.Length - at);
            segmenter.Push(samples.AsSpan(at, size), moreWaits, events, CancellationToken.None);
            at += size;
        }

        segmenter.EndUtterance(events, CancellationToken.None);
        return events;
    }

    private static async Task<float[]> JoinAsync(double seconds, params string[] names)
    {
        var decoder = new AudioDecoder(new AudioOptions());
        var samples = new List<float>();
        foreach (var name in names)
        {
            var bytes = await File.ReadAllBytesAsync(RepositoryFiles.Sample(name + ".wav"));
            samples.AddRange((await decoder.DecodeAsync(bytes, rawFormat: null, Rate, CancellationToken.None)).Samples);
            samples.AddRange(new float[(int)(seconds * Rate)]);
        }

        return [.. samples];
    }
}
