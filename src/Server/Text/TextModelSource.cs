using Attune.Adaptation;
using Attune.Recognition.Models;
using Attune.Server.Serving;

namespace Attune.Server.Text;

/// <summary>Loads one text model of the settings, and checkpoints that serve in its place.</summary>
/// <param name="name">In the settings.</param>
/// <param name="folder">As they have it.</param>
/// <param name="opener">Opens both.</param>
internal sealed class TextModelSource(string name, string folder, TextModelOpener opener) : IModelSource<ServedTextModel>
{
    public string Name => name;

    public ModelKind Kind => AnyModel.KindOf(ModelFolder.Resolve(folder));

    public ServedTextModel LoadConfigured() => opener.Open(name, folder, checkpoint: null);

    public ServedTextModel Load(string checkpointFolder, string? checkpoint) => opener.Open(name, checkpointFolder, checkpoint);
}
