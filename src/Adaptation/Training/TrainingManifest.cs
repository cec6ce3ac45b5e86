using System.Text.Json;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>Recordings with transcripts: JSON lines with <c>audio_filepath</c>, <c>duration</c> and <c>text</c>, as NeMo writes them.</summary>
/// <remarks>
/// <c>audio_filepath</c> is relative to the manifest, <c>duration</c> is in seconds; further fields are ignored, and so are blank lines.
/// https://docs.nvidia.com/nemo-framework/user-guide/latest/nemotoolkit/asr/datasets.html. Immutable.
/// </remarks>
public sealed class TrainingManifest
{
    private TrainingManifest(string path, IReadOnlyList<ManifestEntry> entries, IReadOnlyList<ManifestProblem> problems)
    {
        Path = path;
        Entries = entries;
        Problems = problems;
    }

    /// <summary>Full path of the file.</summary>
    public string Path { get; }

    /// <summary>The utterances that can be trained on, in order.</summary>
    public IReadOnlyList<ManifestEntry> Entries { get; }

    /// <summary>Lines that were skipped.</summary>
    public IReadOnlyList<ManifestProblem> Problems { get; }

    /// <summary>How long the utterances last together, as the manifest states.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds(Entries.Sum(entry => entry.Duration.TotalSeconds));

    /// <summary>Reads and checks every line.</summary>
    /// <param name="path">The manifest.</param>
    /// <param name="model">Gives the vocabulary, the frames of an utterance and the sampling rate.</param>
    /// <param name="skipInvalid">Whether bad lines are left out rather than refused.</param>
    /// <param name="ignoreText">Whether transcripts are neither needed nor read: the model's own will take their place.</param>
    /// <exception cref="ManifestException">Bad lines that are not to be skipped; all of them are collected. Or no line is left.</exception>
    /// <exception cref="IOException">The manifest cannot be read.</exception>
    public static TrainingManifest Read(string path, Model model, bool skipInvalid = false, bool ignoreText = false)
    {
        var full = System.IO.Path.GetFullPath(path);
        var reader = new LineReader(System.IO.Path.GetDirectoryName(full)!, model, new TranscriptEncoder(model.Vocabulary), ignoreText);
        var (entries, problems) = ManifestLine.ReadAll(full, skipInvalid, reader.Read);
        return new TrainingManifest(full, entries, problems);
    }

    private sealed class LineReader(string folder, Model model, TranscriptEncoder encoder, bool ignoreText)
    {
        public ManifestEntry Read(int number, JsonElement line)
        {
            var audio = System.IO.Path.Combine(folder, ManifestLine.Text(line, "audio_filepath"));
            var seconds = Seconds(line);
            var text = ignoreText ? string.Empty : encoder.Normalize(ManifestLine.Text(line, "text"));
            if (text.Length == 0 && !ignoreText) throw new LineException(ManifestRule.EmptyTranscript, "'text' must have at least one word");
            var labels = encoder.Encode(text, out var unknown);
            if (unknown.Length > 0)
                throw new LineException(ManifestRule.UnknownCharacters, $"the model's vocabulary has no '{unknown}'");
            if (!File.Exists(audio)) throw new LineException(ManifestRule.MissingFile, $"{audio} does not exist");

            var frames = model.Config.FrameCount((int)Math.Min(seconds * model.Preprocessing.SampleRateHz, int.MaxValue));
            var needed = TranscriptEncoder.MinimumFrames(labels);
            if (frames < needed)
                throw new LineException(ManifestRule.TooShort, $"{seconds} s give {frames} frames; the transcript needs {needed}");
            return new ManifestEntry(number, audio, TimeSpan.FromSeconds(seconds), text, labels);
        }

        private static double Seconds(JsonElement root)
        {
            const double longest = 24 * 3600;
            var value = ManifestLine.Field(root, "duration");
            if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is > 0 and <= longest) return seconds;
            throw new LineException(ManifestRule.InvalidField, $"'duration' must be seconds above 0, at most a day. Given: {value.GetRawText()}");
        }
    }
}
