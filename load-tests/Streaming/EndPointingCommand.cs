using System.CommandLine;
using Attune.Evaluation.Mixing;
using Attune.Recognition.Audio.EndPointing;
using Microsoft.Extensions.Configuration;

namespace Attune.Streaming;

/// <summary>end-pointing.</summary>
internal static class EndPointingCommand
{
    public static Command Create(string[] arguments)
    {
        var manifest = new Option<string>("--manifest") { Description = "Recordings of speech, one JSON object a line with audio_filepath.", Required = true };
        var noise = new Option<string?>("--noise") { Description = "Folder of noises as WAV files, heard beside white noise. Default: white noise alone." };
        var ratios = new Option<double[]>("--snr") { Description = "Signal-to-noise ratios in dB. Default 10 5.", DefaultValueFactory = _ => [10.0, 5.0], AllowMultipleArgumentsPerToken = true };
        var limit = new Option<int>("--limit") { Description = "Recordings of the manifest. Default 100.", DefaultValueFactory = _ => 100 };
        var settings = new Option<string[]>("--with") { Description = "Settings of Recognition:EndPointing, such as LoudnessDb=6.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
        var model = new Option<string?>("--model") { Description = "Model folder. Default: the model that ships." };
        var title = new Option<string>("--title") { Description = "Of the section. Default End-pointing.", DefaultValueFactory = _ => "End-pointing" };
        var output = new Option<FileInfo?>("--out") { Description = "Markdown file whose section of this title is written." };
        var command = new Command("end-pointing", "Ends of utterances that are missed and false, in noise.") { manifest, noise, ratios, limit, settings, model, title, output };
        command.SetAction(async (parsed, _) =>
        {
            var options = ToOptions(parsed.GetRequiredValue(settings));
            var report = new Report(parsed.GetRequiredValue(title), parsed.GetValue(output), EndPointingBenchmark.Method, arguments);
            var recordings = await Recordings.ReadManifestAsync(parsed.GetRequiredValue(manifest), parsed.GetValue(limit));
            report.Add(EndPointingScore.Header);
            using var engine = new Engine(parsed.GetValue(model));
            var benchmark = new EndPointingBenchmark(engine, options);
            report.Add(benchmark.Measure(JoinedStream.Join(recordings, noise: null, 0)).ToMarkdown("none"));
            var noises = await ReadNoisesAsync(parsed.GetValue(noise));
            foreach (var ratio in parsed.GetRequiredValue(ratios)) Measure(benchmark, recordings, noises, ratio, report);
            report.Save();
        });
        return command;
    }

    private static void Measure(
        EndPointingBenchmark benchmark, IReadOnlyList<float[]> recordings, IReadOnlyList<(string Name, INoise Noise)> noises, double snrDb, Report report)
    {
        var scores = new List<EndPointingScore>();
        foreach (var (name, noise) in noises)
        {
            scores.Add(benchmark.Measure(JoinedStream.Join(recordings, noise, snrDb)));
            report.Add(scores[^1].ToMarkdown($"{name}, {snrDb} dB"));
        }

        report.Add(EndPointingScore.Sum(scores).ToMarkdown($"**all, {snrDb} dB**"));
    }

    private static async Task<IReadOnlyList<(string Name, INoise Noise)>> ReadNoisesAsync(string? folder)
    {
        var noises = new List<(string, INoise)> { ("white", new WhiteNoise()) };
        if (folder is null) return noises;
        foreach (var file in Directory.GetFiles(folder, "*.wav").Order(StringComparer.Ordinal))
            noises.Add((Path.GetFileNameWithoutExtension(file), new RecordedNoise(await Recordings.ReadAsync(file))));
        return noises;
    }

    private static EndPointerOptions ToOptions(IEnumerable<string> settings)
    {
        var values = settings.Select(setting => setting.Split('=', 2)).Select(pair => new KeyValuePair<string, string?>(pair[0], pair.ElementAtOrDefault(1)));
        var options = new EndPointerOptions();
        new ConfigurationBuilder().AddInMemoryCollection(values).Build().Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        return options;
    }
}
