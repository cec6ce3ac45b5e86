using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Attune.Cli;

/// <summary>Done of all, as in 3/8.</summary>
internal sealed class CountColumn : ProgressColumn
{
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        new Spectre.Console.Text(string.Create(CultureInfo.InvariantCulture, $"{task.Value:0}/{task.MaxValue:0}"));
}
