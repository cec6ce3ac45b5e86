using Attune.Adaptation.Text.Updates;
using Attune.Server.State;
using Attune.Text;
using Attune.Text.Models;

namespace Attune.Server.Text;

/// <summary>A text model by the name that requests give.</summary>
/// <param name="Name">Of the settings.</param>
/// <param name="Engine">What does the work; owned by <see cref="TextModels"/>.</param>
/// <param name="Adapter">What adapts it; owned likewise.</param>
/// <param name="Examples">What domains have for it.</param>
internal sealed record ServedTextModel(string Name, TextEngine Engine, TextAdapter Adapter, ExampleStore Examples)
{
    public TextModel Model => Engine.Model;

    /// <summary>Number of its parameters.</summary>
    public long ParameterCount { get; } = Engine.Model.Layout.Parameters.Sum(parameter => parameter.Length);
}
