using Attune.Adaptation.Training;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Training;

/// <summary>Utterances in which each letter is a tone: something that a tiny model can learn in seconds.</summary>
internal static class Tones
{
    private const int SampleRateHz = 16_000;
    private const string Letters = "ETAON";

    /// <summary>Utterances of two to five letters, from 0.4 to 1.2 s.</summary>
    public static IReadOnlyList<TrainingUtterance> Create(Model model, int count, int seed)
    {
        var encoder = new TranscriptEncoder(model.Vocabulary);
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Create(encoder, random))];
    }

    private static TrainingUtterance Create(TranscriptEncoder encoder, Random random)
    {
        var text = new string([.. Enumerable.Range(0, random.Next(2, 6)).Select(_ => Letters[random.Next(Letters.Length)])]);
        var samples = new List<short>();
        foreach (var letter in text)
        {
            var frequency = 200 * Math.Pow(2, Letters.IndexOf(letter, StringComparison.Ordinal));
            var length = random.Next(2_400, 3_600);
            for (var i = 0; i < length; i++)
            {
                var loudness = i < length * 0.7 ? 8_000 : 0;
                samples.Add((short)((loudness * Math.Sin(2 * Math.PI * frequency * i / SampleRateHz)) + random.Next(-40, 40)));
            }
        }

        return new TrainingUtterance([.. samples], text, encoder.Encode(text, out var _));
    }
}
