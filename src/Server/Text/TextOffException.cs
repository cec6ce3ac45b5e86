namespace Attune.Server.Text;

/// <summary>The server has no text model.</summary>
internal sealed class TextOffException() : Exception("The server has no text model. Start it with Text:Models:NAME=FOLDER.");
