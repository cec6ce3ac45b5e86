using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;

namespace Attune.Cli.Evaluation;

/// <summary><c>none</c>: the model as it is, in ONNX Runtime alone.</summary>
internal sealed class SourceRun : IStrategyRun
{
    private readonly OnnxAcousticModel _acousticModel;
    private readonly Recognizer _recognizer;
    private readonly BeamDecoder? _decoder;

    /// <param name="model">Not disposed.</param>
    /// <param name="options">Threads.</param>
    /// <param name="decoder">Searches for the transcript; null for the best path.</param>
    public SourceRun(Model model, OnnxOptions options, BeamDecoder? decoder)
    {
        _decoder = decoder;
        _acousticModel = new OnnxAcousticModel(model, options: options);
        _recognizer = new Recognizer(model, _acousticModel);
    }

    public async Task<StrategyAnswer> RecognizeAsync(float[] samples, bool isBoundary, CancellationToken cancellationToken) =>
        new(await RecallAsync(samples, cancellationToken), 0, "not_requested");

    public Task<string> RecallAsync(float[] samples, CancellationToken cancellationToken)
    {
        var draft = _recognizer.Recognize(samples, default, parameters: null, cancellationToken);
        return Task.FromResult((_decoder?.Decode(draft.Logits)[0].Transcript ?? draft.Transcript).Text);
    }

    public void Dispose() => _acousticModel.Dispose();
}
