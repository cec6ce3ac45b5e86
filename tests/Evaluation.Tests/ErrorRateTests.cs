namespace Attune.Evaluation.Tests;

public sealed class ErrorRateTests
{
    [Theory]
    [InlineData(0, 4, 0.0)]
    [InlineData(1, 4, 0.25)]
    [InlineData(6, 4, 1.5)]
    [InlineData(0, 0, 0.0)]
    [InlineData(3, 0, 3.0)]
    public void Rate_IsErrorsPerReferenceToken(long errors, long referenceLength, double rate)
    {
        Assert.Equal(rate, new ErrorRate(errors, referenceLength).Rate);
    }

    [Fact]
    public void Add_TwoUtterances_WeighsByLength()
    {
        var total = new ErrorRate(1, 1) + new ErrorRate(0, 9);

        Assert.Equal(new ErrorRate(1, 10), total);
        Assert.Equal(0.1, total.Rate);
    }

    [Fact]
    public void Add_Default_ChangesNothing()
    {
        Assert.Equal(new ErrorRate(2, 5), new ErrorRate(2, 5) + default(ErrorRate));
    }
}
