using Attune.Server.Serving;

namespace Attune.Server.Editing;

/// <summary>What editing facts is made of.</summary>
internal static class EditingServices
{
    public static void AddEditing(this IServiceCollection services)
    {
        services.AddSingleton<FactEditing>();
        services.AddGrpc().AddServiceOptions<EditingService>(options => options.Interceptors.Add<StatusInterceptor>());
    }
}
