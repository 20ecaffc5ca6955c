using RagAspire.Web.Api;
using RagAspire.Web.Components;
using RagAspire.Web.Security;

return await ServiceHost.RunAsync(args, () =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.Services.AddProxies();
    builder.AddSessions().AddIssuerSignIn().AddApiAccess().AddLanguages().AddPages();

    var app = builder.Build();
    app.UseProxies();
    app.UseRequestLocalization();
    app.UsePageHeaders().UseErrorPages();
    app.UseAuthentication().UseAuthorization();
    app.UseAntiforgery();
    app.MapDefaultEndpoints();
    app.MapStaticAssets().AllowAnonymous();
    app.MapSignOut();
    app.MapIssuerSignIn();
    app.MapApiPages();
    app.MapPages();
    return app;
});
