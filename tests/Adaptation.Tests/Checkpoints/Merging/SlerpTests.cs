using Attune.Adaptation.Checkpoints.Merging;
using static Attune.Adaptation.Tests.Checkpoints.Merging.Tensors;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

public sealed class SlerpTests
{
    [Fact]
    public void Interpolate_RightAngle_SinesOfTheParts()
    {
        // sin(60 deg) / sin(90 deg) of (2, 0), sin(30 deg) / sin(90 deg) of (0, 1).
        Approximately.Equal([1.7320508075688772, 0.5], Slerp.Interpolate([2, 0], [0, 1], 1.0 / 3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Interpolate_EndPoints_TheModelsExactly(double t)
    {
        var (a, b) = (Random(50, 1), Random(50, 2));

        Assert.Equal(t == 0 ? a : b, Slerp.Interpolate(a, b, t));
    }

    [Fact]
    public void Interpolate_UnitVectors_StayOnTheSphereAtEqualAngles()
    {
        float[] a = [1, 0, 0];
        float[] b = [0.6f, 0.8f, 0];

        var middle = Slerp.Interpolate(a, b, 0.5);

        Assert.Equal(1, Vectors.Norm(middle), 1e-6);
        Assert.Equal(Vectors.Cosine(a, middle), Vectors.Cosine(middle, b), 1e-6);
    }

    [Fact]
    public void Interpolate_Parallel_StraightLine()
    {
        Approximately.Equal([1.5, 3.0], Slerp.Interpolate([1, 2], [2, 4], 0.5));
    }

    [Fact]
    public void Interpolate_ZeroVector_StraightLine()
    {
        Approximately.Equal([1.0, 2.0], Slerp.Interpolate([0, 0], [2, 4], 0.5));
    }

    [Fact]
    public void Interpolate_Reversed_SameAtOneMinusT()
    {
        var (a, b) = (Random(50, 1), Random(50, 2));

        Approximately.Equal(Slerp.Interpolate(a, b, 0.3), Slerp.Interpolate(b, a, 0.7));
    }
}
