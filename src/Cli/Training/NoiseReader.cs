using System.Text.Json;
using Attune.Adaptation.Training;
using Attune.Recognition.Audio;

namespace Attune.Cli.Training;

/// <summary>Reads recorded noises from a folder, or from JSON lines with <c>audio_filepath</c>.</summary>
internal static class NoiseReader
{
    private static readonly string[] Extensions = [".wav", ".flac", ".ogg", ".opus", ".mp3"];

    /// <summary>All noises, in ordinal order of their paths.</summary>
    /// <exception cref="TrainingException">There is none, or one cannot be used.</exception>
    public static IReadOnlyList<short[]> Read(string path, AudioDecoder decoder, int sampleRateHz, CancellationToken cancellationToken)
    {
        var files = Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            : ReadManifest(path);
        var noises = files.Order(StringComparer.Ordinal).Select(file => Decode(file, decoder, sampleRateHz, cancellationToken)).ToList();
        return noises.Count > 0 ? noises : throw new TrainingException($"{path} has no noise ({string.Join(", ", Extensions)}).");
    }

    private static IEnumerable<string> ReadManifest(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line)) yield return Path.Combine(folder, ReadLine(path, number, line));
        }
    }

    private static string ReadLine(string path, int number, string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("audio_filepath").GetString() ?? throw new KeyNotFoundException();
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new TrainingException($"{path}, line {number}: must be a JSON object with 'audio_filepath'.", exception);
        }
    }

    private static short[] Decode(string file, AudioDecoder decoder, int sampleRateHz, CancellationToken cancellationToken)
    {
        try
        {
            var waveform = decoder.DecodeAsync(File.ReadAllBytes(file), null, sampleRateHz, cancellationToken).GetAwaiter().GetResult();
            return TrainingUtterance.Quantize(waveform.Samples);
        }
        catch (AudioException exception)
        {
            throw new TrainingException($"The noise {file} cannot be used: {exception.Message}", exception);
        }
    }
}
