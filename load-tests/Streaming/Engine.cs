using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Streaming;

/// <summary>A model on one thread.</summary>
internal sealed class Engine : IDisposable
{
    /// <param name="model">Folder; null for the model that ships.</param>
    public Engine(string? model = null)
    {
        Model = Model.Open(model ?? new RecognitionOptions().ResolveModel());
        AcousticModel = new OnnxAcousticModel(Model, options: new OnnxOptions { Threads = 1 });
    }

    public Model Model { get; }

    public OnnxAcousticModel AcousticModel { get; }

    public void Dispose()
    {
        AcousticModel.Dispose();
        Model.Dispose();
    }
}
