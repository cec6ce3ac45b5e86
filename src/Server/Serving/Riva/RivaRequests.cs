using System.Globalization;
using Attune.Adaptation;
using Attune.Adaptation.Fast;
using Attune.Recognition.Audio;
using Attune.Recognition.Audio.EndPointing;
using Attune.Recognition.Decoding;
using Attune.Recognition.Language;
using Attune.Riva.Asr;
using Attune.Server.Serving.Streaming;
using Attune.Server.State;
using RivaEncoding = Attune.Riva.AudioEncoding;

namespace Attune.Server.Serving.Riva;

/// <summary>From requests of Riva's protocol to ones whose fields are all valid.</summary>
internal static class RivaRequests
{
    private const string StepsKey = "attune.steps";
    private const string BudgetKey = "attune.latency_budget_ms";
    private const string DomainKey = "attune.domain";

    /// <summary>A recording.</summary>
    /// <param name="request">As it came.</param>
    /// <param name="tenant">Whose domain it names.</param>
    /// <param name="model">What the model may be called.</param>
    /// <exception cref="InvalidRequestException">Fields are wrong; it lists all of them.</exception>
    public static RecognitionJob ToJob(RecognizeRequest request, string tenant, string model)
    {
        var problems = new List<FieldProblem>();
        var config = request.Config ?? new RecognitionConfig();
        RequireModel(config, "config", model, problems);
        var format = IsFile(config.Encoding) || StartsLikeWav(request.Audio.Span) ? null : ToRawFormat(config, "config", problems);
        var adaptation = ToAdaptation(config, "config", problems);
        var domain = ToDomain(config, tenant, "config", problems);
        var decoding = ToDecoding(config, "config", problems);
        return problems.Count == 0
            ? new RecognitionJob(request.Audio.Memory, format, adaptation, config.EnableWordTimeOffsets, domain) { Decoding = decoding }
            : throw new InvalidRequestException(problems);
    }

    /// <summary>A stream.</summary>
    /// <param name="streaming">As it came.</param>
    /// <param name="tenant">Whose domain it names.</param>
    /// <param name="model">What the model may be called.</param>
    /// <param name="defaults">The server's end-pointing.</param>
    /// <exception cref="InvalidRequestException">Fields are wrong; it lists all of them.</exception>
    public static StreamJob ToJob(StreamingRecognitionConfig streaming, string tenant, string model, EndPointerOptions defaults)
    {
        const string path = "streaming_config.config";
        var problems = new List<FieldProblem>();
        var config = streaming.Config ?? new RecognitionConfig();
        RequireModel(config, path, model, problems);
        if (config.Encoding is RivaEncoding.Flac or RivaEncoding.Oggopus)
            problems.Add(new($"{path}.encoding", $"{path}.encoding must not be a compressed file's in a stream. Given: {config.Encoding}. Decode it first."));
        var format = IsFile(config.Encoding) ? null : ToRawFormat(config, path, problems);
        var adaptation = ToAdaptation(config, path, problems);
        var domain = ToDomain(config, tenant, path, problems);
        var decoding = ToDecoding(config, path, problems);
        var endPointing = ToEndPointing(config.EndpointingConfig, $"{path}.endpointing_config", defaults, problems);
        if (problems.Count > 0) throw new InvalidRequestException(problems);
        return new StreamJob(format, adaptation, endPointing)
        {
            AcceptsWavHeader = true,
            Domain = domain,
            Decoding = decoding,
            WordTimes = config.EnableWordTimeOffsets,
            Interims = streaming.InterimResults,
            Drafts = streaming.InterimResults,
        };
    }

    private static bool IsFile(RivaEncoding encoding) => encoding is RivaEncoding.EncodingUnspecified or RivaEncoding.Flac or RivaEncoding.Oggopus;

    /// <summary>Clients of Riva say LINEAR_PCM and leave the header of a WAV file in place.</summary>
    private static bool StartsLikeWav(ReadOnlySpan<byte> audio) => audio.StartsWith("RIFF"u8) && audio.Length > 12 && audio[8..].StartsWith("WAVE"u8);

    private static void RequireModel(RecognitionConfig config, string path, string model, List<FieldProblem> problems)
    {
        if (config.Model.Length > 0 && config.Model != model)
            problems.Add(new($"{path}.model", $"{path}.model must be {model}, or empty. Given: {config.Model}."));
    }

    private static RawAudioFormat ToRawFormat(RecognitionConfig config, string path, List<FieldProblem> problems)
    {
        var encoding = config.Encoding switch
        {
            RivaEncoding.LinearPcm => AudioEncoding.Pcm16,
            RivaEncoding.Mulaw => AudioEncoding.MuLaw,
            RivaEncoding.Alaw => AudioEncoding.ALaw,
            _ => AudioEncoding.Unspecified,
        };
        if (encoding == AudioEncoding.Unspecified)
            problems.Add(new($"{path}.encoding", $"{path}.encoding must be one of the values of AudioEncoding. Given: {(int)config.Encoding}."));
        RequestValidation.RequireRawFields(config.SampleRateHertz, config.AudioChannelCount, path, problems);
        return new RawAudioFormat(encoding, config.SampleRateHertz, Math.Max(1, config.AudioChannelCount));
    }

    private static AdaptationRequest ToAdaptation(RecognitionConfig config, string path, List<FieldProblem> problems)
    {
        var budget = ToNumber(Custom(config, BudgetKey), 1, 86_400_000, BudgetKey, path, problems);
        return new AdaptationRequest(
            ToNumber(Custom(config, StepsKey), 0, FastUpdateOptions.MaxSteps, StepsKey, path, problems),
            budget is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null);
    }

    private static DecodingRequest ToDecoding(RecognitionConfig config, string path, List<FieldProblem> problems)
    {
        var hotwords = config.SpeechContexts.SelectMany(context => context.Phrases.Select(
            phrase => new Hotword(phrase, context.Boost == 0 ? Hotword.DefaultBoost : context.Boost)));
        return new DecodingRequest
        {
            MaxAlternatives = DecodingValidation.ToMaxAlternatives(config.MaxAlternatives, path, problems),
            Hotwords = DecodingValidation.Check([.. hotwords], $"{path}.speech_contexts", problems),
        };
    }

    private static DomainId? ToDomain(RecognitionConfig config, string tenant, string path, List<FieldProblem> problems) =>
        DomainValidation.CheckOptional($"{path}.custom_configuration", Custom(config, DomainKey) ?? "", tenant, problems);

    private static string? Custom(RecognitionConfig config, string key) => config.CustomConfiguration.TryGetValue(key, out var value) ? value : null;

    private static int? ToNumber(string? text, int min, int max, string key, string path, List<FieldProblem> problems)
    {
        if (text is null) return null;
        if (int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) return number;
        problems.Add(new($"{path}.custom_configuration", $"{key} in {path}.custom_configuration must be from {min} to {max}. Given: {text}."));
        return null;
    }

    private static EndPointerOptions ToEndPointing(EndpointingConfig? config, string path, EndPointerOptions defaults, List<FieldProblem> problems)
    {
        if (config is null) return defaults;
        var fields = new List<(string, string, object?)>();
        if (config.HasStartHistory) fields.Add(("start_history", nameof(defaults.StartHistory), TimeSpan.FromMilliseconds(config.StartHistory)));
        if (config.HasStartThreshold) fields.Add(("start_threshold", nameof(defaults.StartThreshold), (double)config.StartThreshold));
        if (config.HasStopHistory) fields.Add(("stop_history", nameof(defaults.StopHistory), TimeSpan.FromMilliseconds(config.StopHistory)));
        if (config.HasStopThreshold) fields.Add(("stop_threshold", nameof(defaults.StopThreshold), (double)config.StopThreshold));
        return StreamValidation.ToEndPointing(path, defaults, fields, problems);
    }
}
