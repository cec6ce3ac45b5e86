namespace Attune.Text;

/// <summary>Work on a text for whoever has nobody to give way to.</summary>
public static class TextWork
{
    /// <summary>Does all pieces. Work that fails is disposed.</summary>
    /// <param name="work">Not begun.</param>
    /// <param name="cancellationToken">Honoured between operators.</param>
    /// <returns>The same, done.</returns>
    public static TWork RunToEnd<TWork>(this TWork work, CancellationToken cancellationToken)
        where TWork : ITextWork
    {
        try
        {
            while (work.Advance(cancellationToken)) cancellationToken.ThrowIfCancellationRequested();
            return work;
        }
        catch
        {
            work.Dispose();
            throw;
        }
    }
}
