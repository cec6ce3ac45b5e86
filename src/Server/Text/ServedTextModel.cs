using Attune.Text;
using Attune.Text.Models;

namespace Attune.Server.Text;

/// <summary>A text model by the name that requests give.</summary>
/// <param name="Name">Of the settings.</param>
/// <param name="Engine">What does the work; owned by <see cref="TextModels"/>.</param>
internal sealed record ServedTextModel(string Name, TextEngine Engine)
{
    public TextModel Model => Engine.Model;

    /// <summary>Number of its parameters.</summary>
    public long ParameterCount { get; } = Engine.Model.Layout.Parameters.Sum(parameter => parameter.Length);
}
