using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Cli.Evaluation;

/// <summary><c>none</c>: the model as it is, in ONNX Runtime alone.</summary>
internal sealed class SourceRun : IStrategyRun
{
    private readonly OnnxAcousticModel _acousticModel;
    private readonly Recognizer _recognizer;

    /// <param name="model">Not disposed.</param>
    /// <param name="options">Threads.</param>
    public SourceRun(Model model, OnnxOptions options)
    {
        _acousticModel = new OnnxAcousticModel(model, options: options);
        _recognizer = new Recognizer(model, _acousticModel);
    }

    public Task<StrategyAnswer> RecognizeAsync(float[] samples, bool isBoundary, CancellationToken cancellationToken)
    {
        var draft = _recognizer.Recognize(samples, default, parameters: null, cancellationToken);
        return Task.FromResult(new StrategyAnswer(draft.Transcript.Text, 0, "not_requested"));
    }

    public void Dispose() => _acousticModel.Dispose();
}
