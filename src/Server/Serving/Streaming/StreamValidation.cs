using System.ComponentModel.DataAnnotations;
using Attune.Recognition.Audio.EndPointing;
using Google.Protobuf.WellKnownTypes;

namespace Attune.Server.Serving.Streaming;

/// <summary>From a stream's configuration as it came to one whose fields are all valid.</summary>
internal static class StreamValidation
{
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(24);

    /// <summary>Checks every field.</summary>
    /// <param name="config">As it came.</param>
    /// <param name="tenant">Whose domain it names.</param>
    /// <param name="defaults">The server's end-pointing.</param>
    /// <exception cref="InvalidRequestException">Fields are wrong; it lists all of them.</exception>
    public static StreamJob ToJob(V1.StreamingRecognitionConfig config, string tenant, EndPointerOptions defaults)
    {
        var problems = new List<FieldProblem>();
        var recognition = config.Config ?? new V1.RecognitionConfig();
        var job = new StreamJob(
            RequestValidation.ToRawFormat(recognition, "streaming_config.config", problems),
            RequestValidation.ToAdaptation(recognition.Adaptation, "streaming_config.config", problems),
            ToEndPointing(config.Endpointing, defaults, problems))
        {
            Domain = DomainValidation.CheckOptional("streaming_config.config.domain", recognition.Domain, tenant, problems),
            Decoding = DecodingValidation.ToDecoding(recognition, "streaming_config.config", problems),
            WordTimes = recognition.EnableWordTimeOffsets,
            Interims = config.InterimResults,
            Drafts = !config.DisableDraftResults,
            SingleUtterance = config.SingleUtterance,
            SpeechEvents = config.EnableVoiceActivityEvents,
            SpeechStartTimeout = ToTimeout(config.VoiceActivityTimeout?.SpeechStartTimeout, "speech_start_timeout", problems),
            SpeechEndTimeout = ToTimeout(config.VoiceActivityTimeout?.SpeechEndTimeout, "speech_end_timeout", problems),
        };
        return problems.Count == 0 ? job : throw new InvalidRequestException(problems);
    }

    /// <summary>Puts what a request says in place of the server's settings, and checks it by their rules.</summary>
    /// <param name="path">Of the message in the request.</param>
    /// <param name="defaults">The server's settings.</param>
    /// <param name="fields">Name of each field that is given, its setting, and its value; null if it is not a duration at all.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static EndPointerOptions ToEndPointing(
        string path, EndPointerOptions defaults, IEnumerable<(string Field, string Setting, object? Value)> fields, List<FieldProblem> problems)
    {
        var options = defaults.Clone();
        foreach (var (field, setting, value) in fields)
        {
            var property = typeof(EndPointerOptions).GetProperty(setting)!;
            var range = (RangeAttribute)Attribute.GetCustomAttribute(property, typeof(RangeAttribute))!;
            if (value is not null && range.IsValid(value)) property.SetValue(options, value);
            else problems.Add(new($"{path}.{field}", $"{path}.{field} must be from {range.Minimum} to {range.Maximum}. Given: {value ?? "no duration"}."));
        }

        return options;
    }

    private static EndPointerOptions ToEndPointing(V1.EndpointingConfig? config, EndPointerOptions defaults, List<FieldProblem> problems)
    {
        if (config is null) return defaults;
        var fields = new List<(string, string, object?)>();
        if (config.StartHistory is { } start) fields.Add(("start_history", nameof(defaults.StartHistory), RequestValidation.ToTimeSpan(start)));
        if (config.HasStartThreshold) fields.Add(("start_threshold", nameof(defaults.StartThreshold), config.StartThreshold));
        if (config.StopHistory is { } stop) fields.Add(("stop_history", nameof(defaults.StopHistory), RequestValidation.ToTimeSpan(stop)));
        if (config.HasStopThreshold) fields.Add(("stop_threshold", nameof(defaults.StopThreshold), config.StopThreshold));
        return ToEndPointing("streaming_config.endpointing", defaults, fields, problems);
    }

    private static TimeSpan? ToTimeout(Duration? given, string name, List<FieldProblem> problems)
    {
        if (given is null) return null;
        var timeout = RequestValidation.ToTimeSpan(given);
        if (timeout >= ShortestTimeout && timeout <= LongestTimeout) return timeout;
        var field = $"streaming_config.voice_activity_timeout.{name}";
        problems.Add(new(field, $"{field} must be from 0.1 s to 24 h. Given: {given.Seconds} s and {given.Nanos} ns."));
        return null;
    }
}
