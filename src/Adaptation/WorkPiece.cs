namespace Attune.Adaptation;

/// <summary>A piece of work that waits for a thread.</summary>
internal abstract class WorkPiece(WorkTerms terms)
{
    /// <summary>What decides its turn.</summary>
    public WorkTerms Terms => terms;

    /// <summary>Whether it is faster to run one more piece together with this one and those that it takes already.</summary>
    /// <param name="pieces">This one, then those that it takes.</param>
    /// <param name="next">One more.</param>
    public virtual bool Takes(IReadOnlyList<WorkPiece> pieces, WorkPiece next) => false;

    /// <summary>Runs it, together with those that it takes. Does not throw: whoever waits for a piece learns how it ended.</summary>
    /// <param name="pieces">This one, then those that it takes.</param>
    public abstract void Run(IReadOnlyList<WorkPiece> pieces);

    /// <summary>Tells whoever waits that it will not be run.</summary>
    public abstract void Refuse(CancellationToken stopping);
}
