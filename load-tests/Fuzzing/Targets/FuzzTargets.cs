namespace Attune.Fuzzing.Targets;

/// <summary>All parsers of bytes that come from outside.</summary>
/// <remarks>What several of them need, such as the model that ships or a folder in memory, is made when it is first used.</remarks>
internal sealed class FuzzTargets : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly Lazy<ServiceTarget> _services = new(() => new ServiceTarget());
    private readonly Dictionary<string, Func<FuzzTarget>> _targets;

    public FuzzTargets() => _targets = new()
    {
        ["wav"] = AudioTargets.Wav,
        ["raw-audio"] = AudioTargets.Raw,
        ["containers"] = AudioTargets.Containers,
        ["compressed"] = AudioTargets.Compressed,
        ["safetensors"] = ModelTargets.Safetensors,
        ["config"] = () => ModelTargets.Config(_scratch),
        ["vocabulary"] = () => ModelTargets.Vocabulary(_scratch),
        ["preprocessing"] = () => ModelTargets.Preprocessing(_scratch),
        ["weights-index"] = () => ModelTargets.WeightsIndex(_scratch),
        ["adapter-config"] = () => ModelTargets.AdapterConfig(_scratch),
        ["text-config"] = () => TextModelTargets.Config(_scratch),
        ["byte-level"] = () => TextModelTargets.ByteLevel(_scratch),
        ["word-piece"] = () => TextModelTargets.WordPiece(_scratch),
        ["recipe"] = () => TextTargets.Recipe(_scratch),
        ["manifest"] = () => TextTargets.Manifest(_scratch),
        ["example-lines"] = () => TextTargets.ExampleLines(_scratch),
        ["scenario"] = TextTargets.Scenario,
        ["revision"] = () => StateTargets.Revision(_scratch),
        ["utterance"] = StateTargets.Utterance,
        ["example"] = StateTargets.Example,
        ["recognize"] = RequestTargets.Recognize,
        ["streaming"] = RequestTargets.Streaming,
        ["riva"] = RequestTargets.Riva,
        ["riva-streaming"] = RequestTargets.RivaStreaming,
        ["web-socket"] = RequestTargets.WebSocket,
        ["services"] = () => _services.Value.Target,
    };

    /// <summary>The names of all.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. new FuzzTargets()._targets.Keys];

    /// <summary>One of them.</summary>
    public FuzzTarget this[string name] => _targets[name]();

    public void Dispose()
    {
        if (_services.IsValueCreated) _services.Value.Dispose();
        _scratch.Dispose();
    }
}
