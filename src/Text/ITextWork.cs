namespace Attune.Text;

/// <summary>Work on one text that is done in pieces, so that others may have their turn between two of them.</summary>
/// <remarks>A piece is a forward pass of at most <see cref="TextEngine.PieceTokens"/> tokens, or of a whole text for a classifier. Not thread-safe; the owner disposes it.</remarks>
public interface ITextWork : IDisposable
{
    /// <summary>Does the next piece.</summary>
    /// <param name="cancellationToken">Ends the piece between two operators; the work cannot go on afterwards.</param>
    /// <returns>Whether there is another.</returns>
    bool Advance(CancellationToken cancellationToken);
}
