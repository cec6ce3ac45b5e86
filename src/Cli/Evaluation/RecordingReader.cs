using System.Collections.Concurrent;
using Attune.Recognition.Audio;
using Attune.Recognition.Models;

namespace Attune.Cli.Evaluation;

/// <summary>Reads a manifest and decodes what it names, into memory.</summary>
/// <param name="model">Gives the sampling rate and the fewest samples.</param>
/// <param name="decoder">Decodes files of every kind that the server takes.</param>
/// <param name="longest">Longer recordings are left out, as in the papers.</param>
/// <param name="skipInvalid">Whether bad lines and recordings are left out rather than refused.</param>
internal sealed class RecordingReader(Model model, AudioDecoder decoder, TimeSpan longest, bool skipInvalid)
{
    private const int ShownProblems = 20;

    /// <summary>The recordings in the manifest's order, at least one.</summary>
    /// <param name="path">The manifest.</param>
    /// <param name="note">Told what was left out.</param>
    /// <param name="cancellationToken">Stops the decoding.</param>
    /// <exception cref="EvaluationException">Lines or recordings that cannot be used, or nothing left.</exception>
    /// <exception cref="IOException">The manifest cannot be read.</exception>
    public async Task<IReadOnlyList<Recording>> ReadAsync(string path, Action<string> note, CancellationToken cancellationToken)
    {
        var (lines, lineProblems) = EvaluationManifest.Read(path);
        var problems = new ConcurrentDictionary<int, string>();
        var decoded = new float[]?[lines.Count];
        await Parallel.ForAsync(0, lines.Count, cancellationToken, async (i, token) =>
        {
            try
            {
                decoded[i] = await DecodeAsync(lines[i].Path, token);
            }
            catch (Exception exception) when (exception is AudioException or IOException or UnauthorizedAccessException)
            {
                problems[i] = $"line {lines[i].Line}: {lines[i].Path}: {exception.Message}";
            }
        });

        var limit = longest.TotalSeconds * model.Preprocessing.SampleRateHz;
        Recording[] readable = [.. lines.Zip(decoded, (line, samples) => (line, samples))
            .Where(pair => pair.samples is not null)
            .Select(pair => new Recording(pair.line, pair.samples!))];
        Recording[] recordings = [.. readable.Where(recording => recording.Samples.Length <= limit)];

        Report(path, [.. lineProblems, .. problems.OrderBy(problem => problem.Key).Select(problem => problem.Value)], note);
        if (readable.Length > recordings.Length)
            note($"{readable.Length - recordings.Length} recordings last longer than {longest.TotalSeconds} s and are left out (--max-seconds)");
        return recordings.Length > 0 ? recordings : throw new EvaluationException($"{path} has no recording that can be used.");
    }

    private async Task<float[]> DecodeAsync(string path, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        var samples = (await decoder.DecodeAsync(bytes, null, model.Preprocessing.SampleRateHz, cancellationToken)).Samples;
        if (samples.Length < model.Config.MinimumSamples)
            throw new AudioException(AudioError.TooShort, $"the model needs at least {model.Config.MinimumSamples} samples. Given: {samples.Length}.");
        return samples.AsSpan().ContainsAnyExcept(0f) ? samples : throw new AudioException(AudioError.Empty, "the recording is silent.");
    }

    private void Report(string path, List<string> problems, Action<string> note)
    {
        if (problems.Count == 0) return;
        var shown = string.Join(Environment.NewLine, problems.Take(ShownProblems).Select(problem => "  " + problem));
        var more = problems.Count > ShownProblems ? $"{Environment.NewLine}  and {problems.Count - ShownProblems} more" : "";
        if (!skipInvalid)
        {
            throw new EvaluationException(
                $"{path} cannot be evaluated:{Environment.NewLine}{shown}{more}{Environment.NewLine}Correct the lines, or leave them out: --skip-invalid.");
        }

        note($"{problems.Count} lines of {path} are left out:{Environment.NewLine}{shown}{more}");
    }
}
