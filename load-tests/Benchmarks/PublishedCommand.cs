using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Attune.Evaluation.Mixing;
using Attune.Recognition;
using Attune.Recognition.Audio;

namespace Attune.Benchmarks;

/// <summary>published.</summary>
internal static class PublishedCommand
{
    private const int SampleRateHz = 16000;

    public static Command Create(Func<IEnumerable<string>> describeMachine)
    {
        var manifest = new Option<string>("--manifest") { Description = "JSON lines with audio_filepath and text.", Required = true };
        var noises = new Option<string[]>("--noise")
        {
            Description = "Recordings of noise to mix in. Without any, speech is as it is.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var snr = new Option<double>("--snr") { Description = "Signal-to-noise ratio in decibels. Default 10.", DefaultValueFactory = _ => 10 };
        var limit = new Option<int>("--limit") { Description = "Utterances of the manifest, from its beginning. Default 20.", DefaultValueFactory = _ => 20 };
        var model = new Option<string?>("--model") { Description = "Model folder; base for wav2vec2-base's shape with random weights. Default: the one that ships." };
        var output = new Option<FileInfo?>("--out") { Description = "Also write the result to this Markdown file." };
        var command = new Command("published", "Compares what adaptation costs and gains with the published algorithm run plainly in TorchSharp.") { manifest, noises, snr, limit, model, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = parsed.GetValue(model) switch
            {
                null => new RecognitionOptions().ResolveModel(),
                "base" => RandomModel.Create(Path.Combine(Path.GetTempPath(), "attune-benchmarks", "wav2vec2-base")),
                var other => Path.GetFullPath(other),
            };
            var utterances = await ReadAsync(parsed.GetRequiredValue(manifest), parsed.GetValue(limit));
            var conditions = new List<NoiseCondition>();
            foreach (var noise in parsed.GetRequiredValue(noises))
                conditions.Add(NoiseCondition.In(Path.GetFileNameWithoutExtension(noise), new RecordedNoise(await DecodeAsync(noise)), parsed.GetValue(snr)));
            if (conditions.Count == 0) conditions.Add(NoiseCondition.Clean);
            using var benchmark = new PublishedBenchmark(folder);
            await benchmark.RunAsync(utterances, conditions, Console.Error.WriteLine);
            string[] lines =
            [
                string.Create(CultureInfo.InvariantCulture, $"## Against the published algorithm: {Path.GetFileName(folder)}, {string.Join(", ", conditions.Select(condition => condition.Name))}"),
                "", PublishedBenchmark.Method, "", .. describeMachine(), "", .. benchmark.ToMarkdown(),
            ];
            foreach (var line in lines) Console.WriteLine(line);
            if (parsed.GetValue(output) is { } file) await File.WriteAllLinesAsync(file.FullName, lines, cancellationToken);
        });
        return command;
    }

    private static async Task<IReadOnlyList<(float[] Samples, string Text)>> ReadAsync(string manifest, int limit)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(manifest))!;
        var utterances = new List<(float[], string)>();
        foreach (var line in File.ReadLines(manifest).Where(line => line.Length > 0).Take(limit))
        {
            using var json = JsonDocument.Parse(line);
            var file = Path.Combine(folder, json.RootElement.GetProperty("audio_filepath").GetString()!);
            utterances.Add((await DecodeAsync(file), json.RootElement.GetProperty("text").GetString()!));
        }

        return utterances;
    }

    private static async Task<float[]> DecodeAsync(string file) =>
        (await new AudioDecoder(new AudioOptions()).DecodeAsync(await File.ReadAllBytesAsync(file), rawFormat: null, SampleRateHz, CancellationToken.None)).Samples;
}
