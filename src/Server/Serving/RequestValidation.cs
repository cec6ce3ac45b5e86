using Attune.Adaptation;
using Attune.Adaptation.Fast;
using Attune.Recognition.Audio;

namespace Attune.Server.Serving;

/// <summary>From a request as it came to one whose fields are all valid.</summary>
internal static class RequestValidation
{
    /// <summary>Checks every field but the audio, which its decoder checks.</summary>
    /// <param name="request">As it came.</param>
    /// <param name="tenant">Whose domain it names.</param>
    /// <exception cref="InvalidRequestException">Fields are wrong; it lists all of them.</exception>
    public static RecognitionJob ToJob(V1.RecognizeRequest request, string tenant)
    {
        var problems = new List<FieldProblem>();
        var config = request.Config ?? new V1.RecognitionConfig();
        var format = ToRawFormat(config, "config", problems);
        var adaptation = ToAdaptation(config.Adaptation, "config", problems);
        var domain = DomainValidation.CheckOptional("config.domain", config.Domain, tenant, problems);
        var decoding = DecodingValidation.ToDecoding(config, "config", problems);
        return problems.Count == 0
            ? new RecognitionJob(request.Audio.Memory, format, adaptation, config.EnableWordTimeOffsets, domain) { Decoding = decoding }
            : throw new InvalidRequestException(problems);
    }

    /// <summary>Form of headerless audio; null for a file.</summary>
    /// <param name="config">As it came.</param>
    /// <param name="path">Of the configuration in the request.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static RawAudioFormat? ToRawFormat(V1.RecognitionConfig config, string path, List<FieldProblem> problems)
    {
        AudioEncoding? encoding = config.Encoding switch
        {
            V1.AudioEncoding.Unspecified => AudioEncoding.Unspecified,
            V1.AudioEncoding.Linear16 => AudioEncoding.Pcm16,
            V1.AudioEncoding.Linear24 => AudioEncoding.Pcm24,
            V1.AudioEncoding.Linear32 => AudioEncoding.Pcm32,
            V1.AudioEncoding.Float32 => AudioEncoding.Float32,
            V1.AudioEncoding.Mulaw => AudioEncoding.MuLaw,
            V1.AudioEncoding.Alaw => AudioEncoding.ALaw,
            _ => null,
        };
        if (encoding == AudioEncoding.Unspecified) return null;
        if (encoding is null)
            problems.Add(new($"{path}.encoding", $"{path}.encoding must be one of the values of AudioEncoding. Given: {(int)config.Encoding}."));
        RequireRawFields(config.SampleRateHertz, config.AudioChannelCount, path, problems);
        return new RawAudioFormat(encoding ?? AudioEncoding.Unspecified, config.SampleRateHertz, Math.Max(1, config.AudioChannelCount));
    }

    /// <summary>Checks what headerless audio does not say about itself.</summary>
    /// <param name="sampleRateHertz">As it came.</param>
    /// <param name="channelCount">As it came.</param>
    /// <param name="path">Of the configuration in the request.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static void RequireRawFields(int sampleRateHertz, int channelCount, string path, List<FieldProblem> problems)
    {
        const int min = RawAudioFormat.MinSampleRateHz, max = RawAudioFormat.MaxSampleRateHz;
        if (sampleRateHertz is < min or > max)
        {
            problems.Add(new(
                $"{path}.sample_rate_hertz",
                $"{path}.sample_rate_hertz must be from {min} to {max} for headerless audio. Given: {sampleRateHertz}."));
        }

        if (channelCount is < 0 or > RawAudioFormat.MaxChannels)
        {
            problems.Add(new(
                $"{path}.audio_channel_count",
                $"{path}.audio_channel_count must be from 1 to {RawAudioFormat.MaxChannels}, or 0 for 1. Given: {channelCount}."));
        }
    }

    /// <summary>What a request wants of adaptation.</summary>
    /// <inheritdoc cref="ToRawFormat"/>
    public static AdaptationRequest ToAdaptation(V1.AdaptationConfig? config, string path, List<FieldProblem> problems)
    {
        if (config is null) return new AdaptationRequest();
        var (steps, budget) = ToAdaptation(config.HasSteps ? config.Steps : null, config.LatencyBudget, $"{path}.adaptation", problems);
        return new AdaptationRequest(steps, budget);
    }

    /// <summary>Steps and latency budget, of speech or text.</summary>
    /// <param name="steps">As they came; null for the server's.</param>
    /// <param name="latencyBudget">As it came; null for the server's.</param>
    /// <param name="path">Of the message in the request.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static (int? Steps, TimeSpan? Budget) ToAdaptation(
        int? steps, Google.Protobuf.WellKnownTypes.Duration? latencyBudget, string path, List<FieldProblem> problems)
    {
        if (steps is < 0 or > FastUpdateOptions.MaxSteps)
            problems.Add(new($"{path}.steps", $"{path}.steps must be from 0 to {FastUpdateOptions.MaxSteps}. Given: {steps}."));
        if (latencyBudget is not { } given) return (steps, null);
        var budget = ToTimeSpan(given);
        if (budget is null || given is not ({ Seconds: > 0 } or { Nanos: > 0 }))
        {
            problems.Add(new(
                $"{path}.latency_budget",
                $"{path}.latency_budget must be a duration above 0. Given: {given.Seconds} s and {given.Nanos} ns."));
        }

        return (steps, budget);
    }

    /// <summary>Null if seconds or nanoseconds are out of range or differ in sign.</summary>
    public static TimeSpan? ToTimeSpan(Google.Protobuf.WellKnownTypes.Duration duration)
    {
        try
        {
            return duration.ToTimeSpan();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
