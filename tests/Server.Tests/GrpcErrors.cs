using Google.Rpc;
using Grpc.Core;

namespace Attune.Server.Tests;

/// <summary>Expectations of calls that fail.</summary>
internal static class GrpcErrors
{
    /// <summary>The error of a call that must fail.</summary>
    public static async Task<RpcException> FailureAsync<TResponse>(AsyncUnaryCall<TResponse> call) =>
        await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseAsync);

    /// <summary>Checks status and label; the message must contain every one of the words.</summary>
    public static void AssertError(RpcException exception, StatusCode status, string label, params string[] words)
    {
        Assert.Equal((status, label), (exception.StatusCode, exception.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason));
        Assert.All(words, word => Assert.Contains(word, exception.Status.Detail, StringComparison.Ordinal));
        Assert.False(string.IsNullOrEmpty(exception.GetRpcStatus()!.GetDetail<RequestInfo>().RequestId));
    }

    /// <summary>The fields that the error names.</summary>
    public static string[] Fields(RpcException exception) =>
        [.. exception.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(violation => violation.Field)];
}
