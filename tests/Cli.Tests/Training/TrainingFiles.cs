using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Attune.Cli.Tests.Training;

/// <summary>A folder with a few recordings, in which each letter is a tone, and their manifest.</summary>
internal sealed class TrainingFiles : IDisposable
{
    private const int SampleRateHz = 16_000;
    private const string Letters = "ETAON";
    private readonly TemporaryFolder _folder = new();

    public TrainingFiles()
    {
        var lines = new List<string>();
        foreach (var text in new[] { "TEA", "NOT", "EAT", "TONE" })
        {
            var samples = Sing(text);
            File.WriteAllBytes(_folder.File($"{text}.wav"), Wave(samples));
            lines.Add(Line($"{text}.wav", (double)samples.Length / SampleRateHz, text));
        }

        Manifest = Write("train.jsonl", [.. lines]);
        Output = _folder.File("out");
    }

    /// <summary>The manifest of all recordings.</summary>
    public string Manifest { get; }

    /// <summary>A folder that does not exist yet.</summary>
    public string Output { get; }

    /// <summary>Path of a file of the output.</summary>
    public string OutputFile(string name) => Path.Combine(Output, name);

    /// <summary>One line of a manifest.</summary>
    public static string Line(string audio, double seconds, string text) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"audio_filepath": "{{audio}}", "duration": {{seconds}}, "text": "{{text}}"}""");

    /// <summary>Writes a file beside the recordings.</summary>
    public string Write(string name, params string[] lines)
    {
        File.WriteAllLines(_folder.File(name), lines);
        return _folder.File(name);
    }

    /// <summary>Fine-tunes the tiny model.</summary>
    public Task<CliRun> FineTuneAsync(params string[] more) => FineTuneAsync(CancellationToken.None, more);

    /// <summary>The same, interrupted by a token.</summary>
    public async Task<CliRun> FineTuneAsync(CancellationToken cancellationToken, params string[] more)
    {
        using var output = new StringWriter();
        string[] args =
        [
            "finetune", "--model", RepositoryFiles.Golden("tiny-layer"), "--manifest", Manifest, "--out", Output, "--batch-seconds", "2", .. more,
        ];
        return await CliRun.RunAsync(output, args, cancellationToken);
    }

    public void Dispose() => _folder.Dispose();

    private static short[] Sing(string text)
    {
        const int length = SampleRateHz / 5, sound = SampleRateHz / 8, loudness = 8_000;
        return [.. text.SelectMany(letter => Enumerable.Range(0, length).Select(i => (short)(i < sound
            ? loudness * Math.Sin(2 * Math.PI * 200 * Math.Pow(2, Letters.IndexOf(letter, StringComparison.Ordinal)) * i / SampleRateHz)
            : 0)))];
    }

    private static byte[] Wave(short[] samples)
    {
        const int headerBytes = 44;
        var bytes = new byte[headerBytes + (2 * samples.Length)];
        void Text(int offset, string text) => Encoding.ASCII.GetBytes(text).CopyTo(bytes, offset);
        void Number(int offset, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(offset), value);
        Text(0, "RIFF");
        Number(4, bytes.Length - 8);
        Text(8, "WAVEfmt ");
        Number(16, 16); // bytes of the format
        Number(20, 1 | (1 << 16)); // PCM, one channel
        Number(24, SampleRateHz);
        Number(28, 2 * SampleRateHz);
        Number(32, 2 | (16 << 16)); // bytes of a frame, bits of a sample
        Text(36, "data");
        Number(40, 2 * samples.Length);
        for (var i = 0; i < samples.Length; i++) BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(headerBytes + (2 * i)), samples[i]);
        return bytes;
    }
}
