using Attune.Recognition.Models;

namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Computes the tensors of a merge, a few ahead of the one that is being written.</summary>
/// <remarks>Disposing waits for what is being computed.</remarks>
internal sealed class TensorQueue : IDisposable
{
    private readonly MergeMethod _method;
    private readonly MergeSources _sources;
    private readonly IReadOnlyList<PlannedTensor> _tensors;
    private readonly ulong _seed;
    private readonly Action<MergeProgress>? _progress;
    private readonly CancellationToken _cancellationToken;
    private readonly Task<float[]>?[] _computing;
    private readonly long _totalValues;
    private int _started;
    private long _valuesWritten;

    public TensorQueue(
        MergeMethod method, MergeSources sources, MergePlan plan, int seed, Action<MergeProgress>? progress, CancellationToken cancellationToken)
    {
        _method = method;
        _sources = sources;
        _tensors = plan.Tensors;
        _seed = (ulong)seed;
        _progress = progress;
        _cancellationToken = cancellationToken;
        _computing = new Task<float[]>?[_tensors.Count];
        _totalValues = _tensors.Sum(tensor => tensor.Length);
        Sources = [.. _tensors.Select(Source)];
    }

    /// <summary>What the writer asks for, one after the other.</summary>
    public IReadOnlyList<TensorSource> Sources { get; }

    public void Dispose() => Task.WhenAll(_computing.OfType<Task>()).ContinueWith(_ => { }, TaskScheduler.Default).Wait(CancellationToken.None);

    private TensorSource Source(PlannedTensor tensor, int index)
    {
        if (tensor.CopiedFrom is { } owner)
        {
            var copy = TensorSource.FromFile(owner.Model.Weights.Find(tensor.Name));
            return copy with { Write = stream => Finish(index, () => copy.Write(stream)) };
        }

        var merged = TensorSource.FromFloats(tensor.Name, tensor.Type, tensor.Shape, () => Take(index));
        return merged with { Write = stream => Finish(index, () => merged.Write(stream)) };
    }

    private void Finish(int index, Action write)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        write();
        _valuesWritten += _tensors[index].Length;
        _progress?.Invoke(new(index + 1, _tensors.Count, _valuesWritten, _totalValues));
    }

    private float[] Take(int index)
    {
        for (; _started < Math.Min(_tensors.Count, index + 1 + CheckpointMerger.Workers); _started++)
        {
            var tensor = _tensors[_started];
            if (tensor.CopiedFrom is null) _computing[_started] = Task.Run(() => Compute(tensor), _cancellationToken);
        }

        var values = _computing[index]!.GetAwaiter().GetResult();
        _computing[index] = null;
        return values;
    }

    private float[] Compute(PlannedTensor tensor) => _method.Merge(new TensorInputs
    {
        Shape = tensor.Shape,
        Base = _method.Base == BaseUse.DescriptionOnly ? null : Read(_sources.Base, tensor),
        Models = [.. _sources.Models.Select(source => Read(source, tensor)!)],
        Ancestor = Read(_sources.Ancestor, tensor),
        Parameters = tensor.Parameters,
        ModelParameters = tensor.ModelParameters,
        Seed = CounterRandom.Derive(_seed, tensor.Name),
    });

    private static float[]? Read(MergeSource? source, PlannedTensor tensor) => source?.Read(tensor.NameIn(source));
}
