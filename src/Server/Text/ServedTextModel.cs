using Attune.Adaptation.Text.Updates;
using Attune.Server.Serving;
using Attune.Server.State;
using Attune.Text;
using Attune.Text.Generation;
using Attune.Text.Models;

namespace Attune.Server.Text;

/// <summary>A text model by the name that requests give, with everything that works with it.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ServedTextModel : SharedModel
{
    /// <param name="name">Of the settings.</param>
    /// <param name="engine">What does the work; owned.</param>
    /// <param name="adapter">What adapts it; owned.</param>
    /// <param name="examples">What domains have for these weights.</param>
    /// <param name="checkpoint">Id of the checkpoint; null for the configured model.</param>
    public ServedTextModel(string name, TextEngine engine, TextAdapter adapter, ExampleStore examples, string? checkpoint)
        : base(checkpoint)
    {
        (Name, Engine, Adapter, Examples) = (name, engine, adapter, examples);
        ParameterCount = engine.Model.Layout.Parameters.Sum(parameter => parameter.Length);
    }

    public string Name { get; }

    public TextEngine Engine { get; }

    public TextAdapter Adapter { get; }

    public ExampleStore Examples { get; }

    public TextModel Model => Engine.Model;

    /// <summary>Number of its parameters.</summary>
    public long ParameterCount { get; }

    /// <summary>Runs it once, so that no caller pays for first times.</summary>
    /// <param name="cancellationToken">Honoured between pieces.</param>
    public void WarmUp(CancellationToken cancellationToken)
    {
        ITextWork work = Engine.IsCausal ? Engine.Generate("", new GenerationOptions { MaxTokens = 2 }) : Engine.Classify("a");
        work.RunToEnd(cancellationToken).Dispose();
    }

    protected override void Release()
    {
        Adapter.Dispose();
        Engine.Dispose();
    }
}
