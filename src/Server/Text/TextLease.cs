namespace Attune.Server.Text;

/// <summary>The text model that one request uses from its beginning to its end, whatever is activated meanwhile. Disposed once, by the request.</summary>
/// <param name="model">Already entered.</param>
internal sealed class TextLease(ServedTextModel model) : IDisposable
{
    public ServedTextModel Model => model;

    public void Dispose() => model.Leave();
}
