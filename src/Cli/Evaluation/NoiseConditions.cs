using Attune.Evaluation.Mixing;
using Attune.Evaluation.Scenarios;
using Attune.Recognition.Audio;

namespace Attune.Cli.Evaluation;

/// <summary>The conditions of an evaluation, each noise decoded once.</summary>
internal sealed class NoiseConditions(AudioDecoder decoder, int sampleRateHz)
{
    private static readonly string[] Extensions = [".wav", ".flac", ".ogg", ".opus", ".mp3"];

    private readonly Dictionary<string, INoise> _noises = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _sources = new(StringComparer.Ordinal);

    /// <summary>The conditions of a scenario, in its order.</summary>
    /// <param name="scenario">Its names; <see cref="Scenario.GivenNoises"/> stands for the given ones.</param>
    /// <param name="given">Of the command line; where there are none, a scenario of nothing else is heard clean.</param>
    /// <param name="cancellationToken">Stops the decoding.</param>
    /// <exception cref="EvaluationException">A noise does not exist or cannot be used, or two have one name.</exception>
    public IReadOnlyList<NoiseCondition> For(Scenario scenario, IReadOnlyList<NoiseArgument> given, CancellationToken cancellationToken)
    {
        if (given.Count == 0 && scenario.Conditions.Contains(Scenario.GivenNoises))
        {
            if (scenario.Name.Length == 0) return [NoiseCondition.Clean];
            throw new EvaluationException($"The scenario {scenario.Name} needs noises: give --noise, once for each.");
        }

        return
        [
            .. scenario.Conditions
                .SelectMany(name => name == Scenario.GivenNoises ? given : [Parse(name, scenario)])
                .SelectMany(noise => Open(noise, cancellationToken)),
        ];
    }

    private static NoiseArgument Parse(string name, Scenario scenario) => NoiseArgument.TryParse(name)
        ?? throw new EvaluationException(
            $"A condition of scenario {scenario.Name} must be {Scenario.GivenNoises}, or {NoiseArgument.Rule}. Given: '{name}'.");

    private IEnumerable<NoiseCondition> Open(NoiseArgument noise, CancellationToken cancellationToken)
    {
        if (noise.Source == NoiseCondition.CleanName) return [NoiseCondition.Clean];
        if (noise.Source == NoiseArgument.White) return [NoiseCondition.In(noise.Source, new WhiteNoise(), noise.SnrDb)];
        return Files(noise.Source).Select(file => Open(file, noise.SnrDb, cancellationToken));
    }

    private static string[] Files(string source)
    {
        if (!Directory.Exists(source)) return [source];
        string[] files = [.. Directory.EnumerateFiles(source)
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new EvaluationException($"The folder {source} has no noise ({string.Join(", ", Extensions)}).");
    }

    private NoiseCondition Open(string file, double snrDb, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(file);
        var condition = NoiseCondition.In(Path.GetFileNameWithoutExtension(path), Decode(path, cancellationToken), snrDb);
        if (!_sources.TryAdd(condition.Name, path) && _sources[condition.Name] != path)
            throw new EvaluationException($"{_sources[condition.Name]} and {path} are both called {condition.Name}. Rename one of them.");
        return condition;
    }

    private INoise Decode(string path, CancellationToken cancellationToken)
    {
        if (_noises.TryGetValue(path, out var known)) return known;
        try
        {
            var waveform = decoder.DecodeAsync(File.ReadAllBytes(path), null, sampleRateHz, cancellationToken).GetAwaiter().GetResult();
            return _noises[path] = new RecordedNoise(waveform.Samples);
        }
        catch (Exception exception) when (exception is AudioException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new EvaluationException($"The noise {path} cannot be used: {exception.Message}", exception);
        }
    }
}
