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

    public async Task<StrategyAnswer> RecognizeAsync(float[] samples, bool isBoundary, CancellationToken cancellationToken) =>
        new(await RecallAsync(samples, cancellationToken), 0, "not_requested");

    public Task<string> RecallAsync(float[] samples, CancellationToken cancellationToken) =>
        Task.FromResult(_recognizer.Recognize(samples, default, parameters: null, cancellationToken).Transcript.Text);

    public void Dispose() => _acousticModel.Dispose();
}
