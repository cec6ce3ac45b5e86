namespace Attune.Adaptation;

/// <summary>A function that is run alone.</summary>
internal sealed class FunctionWork<T>(Func<T> function, WorkTerms terms, CancellationToken cancellationToken) : WorkPiece(terms)
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Its result.</summary>
    public Task<T> Result => _completion.Task;

    public override void Run(IReadOnlyList<WorkPiece> pieces)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _completion.SetCanceled(cancellationToken);
            return;
        }

        try
        {
            _completion.SetResult(function());
        }
        catch (OperationCanceledException exception)
        {
            _completion.SetCanceled(exception.CancellationToken);
        }
        catch (Exception exception)
        {
            _completion.SetException(exception);
        }
    }

    public override void Refuse(CancellationToken stopping) => _completion.SetCanceled(stopping);
}
