using Attune.Adaptation.Text.Editing;
using TorchSharp;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Text.Editing;

public sealed class KeyValueUpdateTests : IDisposable
{
    private readonly DisposeScope _scope;

    public KeyValueUpdateTests()
    {
        TorchRuntime.EnsureLoaded();
        _scope = NewDisposeScope();
    }

    [Fact]
    public void Solve_IdentityMoment_IsTheOuterProductOverTheKeysLength()
    {
        // U = k r^T / k^T k with k = (1, 2), r = (3, -1, 5): k^T k = 5.
        var update = KeyValueUpdate.Solve(eye(2, dtype: ScalarType.Float64), Rows([1, 2]), Rows([3, -1, 5]));

        AssertClose([3 / 5.0, -1 / 5.0, 1, 6 / 5.0, -2 / 5.0, 2], update);
    }

    [Fact]
    public void Solve_GivenMoment_IsTheHandComputedUpdate()
    {
        // C = ((2, 1), (1, 1)), so C^-1 = ((1, -1), (-1, 2)). With k = (1, 0): C^-1 k = (1, -1), k^T C^-1 k = 1, U = (1, -1)^T r^T.
        var update = KeyValueUpdate.Solve(Rows([2, 1], [1, 1]), Rows([1, 0]), Rows([4, 6]));

        AssertClose([4, 6, -4, -6], update);
    }

    [Fact]
    public void Solve_SeveralKeys_EachHasItsNewValue()
    {
        var (moment, keys, changes) = (Moment(6), Random(3, 6, seed: 2), Random(3, 4, seed: 3));

        var update = KeyValueUpdate.Solve(moment, keys, changes);

        AssertClose(changes.data<double>().ToArray(), matmul(keys, update), 1e-10);
    }

    [Fact]
    public void Solve_PreservedKey_ChangesAsTheClosedFormSays()
    {
        // One edit: the change of any key x is (x^T C^-1 k) / (k^T C^-1 k) r.
        var (moment, key, change, other) = (Moment(5), Random(1, 5, seed: 4), Random(1, 3, seed: 5), Random(1, 5, seed: 6));

        var update = KeyValueUpdate.Solve(moment, key, change);

        var direction = matmul(linalg.inv(moment), key.transpose(0, 1)); // (5, 1)
        var share = matmul(other, direction).item<double>() / matmul(key, direction).item<double>();
        AssertClose([.. change.data<double>().ToArray().Select(value => share * value)], matmul(other, update), 1e-10);
    }

    [Fact]
    public void Solve_AmongAllUpdatesThatMeetTheEdits_ChangesOrdinaryKeysLeast()
    {
        var (moment, keys, changes) = (Moment(6), Random(2, 6, seed: 7), Random(2, 3, seed: 8));
        var update = KeyValueUpdate.Solve(moment, keys, changes);
        // What is added has no effect on the edited keys: columns orthogonal to both.
        var free = Random(6, 3, seed: 9);
        var projected = free.sub(matmul(linalg.pinv(keys), matmul(keys, free)));

        Assert.True(Cost(moment, update) < Cost(moment, update.add(projected.mul(0.1))));
        Assert.True(Cost(moment, update) < Cost(moment, update.sub(projected.mul(0.1))));
    }

    [Fact]
    public void Solve_KeyThatIsASumOfOthers_IsRefused()
    {
        var keys = Random(2, 5, seed: 10);
        var dependent = cat([keys, keys.sum(0, keepdim: true)], 0);

        var exception = Assert.Throws<DependentKeysException>(() => KeyValueUpdate.Solve(Moment(5), dependent, Random(3, 2, seed: 11)));

        Assert.Equal(2, exception.Index);
    }

    public void Dispose() => _scope.Dispose();

    private static double Cost(Tensor moment, Tensor update) => matmul(update.transpose(0, 1), matmul(moment, update)).diagonal().sum().item<double>();

    private static Tensor Rows(params double[][] rows) => tensor(rows.SelectMany(row => row).ToArray(), [rows.Length, rows[0].Length], ScalarType.Float64);

    private static Tensor Moment(int size)
    {
        var samples = Random(4 * size, size, seed: 1);
        return matmul(samples.transpose(0, 1), samples);
    }

    private static Tensor Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return tensor(Enumerable.Range(0, rows * columns).Select(_ => (2 * random.NextDouble()) - 1).ToArray(), [rows, columns], ScalarType.Float64);
    }

    private static void AssertClose(double[] expected, Tensor actual, double tolerance = 1e-12)
    {
        var values = actual.contiguous().data<double>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        Assert.All(expected.Zip(values), pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }
}
