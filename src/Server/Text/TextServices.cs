using Attune.Server.Serving;

namespace Attune.Server.Text;

/// <summary>What serving text is made of. The container disposes in reverse order of creation: runner, then models.</summary>
internal static class TextServices
{
    public static void AddText(this IServiceCollection services)
    {
        services.AddSingleton<TextModels>();
        services.AddSingleton<TextRunner>();
        services.AddGrpc().AddServiceOptions<TextService>(options => options.Interceptors.Add<StatusInterceptor>());
    }
}
