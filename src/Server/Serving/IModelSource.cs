using Attune.Adaptation;
using Attune.Recognition.Models;
using Attune.Server.Configuration;

namespace Attune.Server.Serving;

/// <summary>Loads what may serve in one place: the configured model, and checkpoints of its kind.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IModelSource<out TModel>
    where TModel : SharedModel
{
    /// <summary>Name of the text model in the settings; empty for the speech model.</summary>
    string Name { get; }

    /// <summary>Kind of the configured model.</summary>
    /// <exception cref="ModelException">It cannot be told.</exception>
    ModelKind Kind { get; }

    /// <summary>The configured model. The caller owns it.</summary>
    /// <exception cref="ConfigurationException">Settings do not fit it.</exception>
    /// <exception cref="ModelException">It cannot be used.</exception>
    TModel LoadConfigured();

    /// <summary>A model in a folder. The caller owns it.</summary>
    /// <param name="folder">Of that kind.</param>
    /// <param name="checkpoint">Its id; null for the configured model.</param>
    /// <inheritdoc cref="LoadConfigured"/>
    TModel Load(string folder, string? checkpoint);
}
