using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.Tokens;

namespace RagAspire.TestSupport.Users;

/// <summary>The code flow of the issuer. A user who has signed in is known by a cookie until the session ends.</summary>
internal sealed class IssuerFlow(IssuerStub issuer)
{
    private const string Cookie = "issuer-session";

    private readonly ConcurrentDictionary<string, Grant> _codes = new();
    private readonly ConcurrentDictionary<string, Grant> _refreshes = new();

    public void Map(WebApplication app)
    {
        app.MapGet("/authorize", Authorize);
        app.MapPost("/token", (Delegate)TokenAsync);
        app.MapGet("/end", End);
    }

    private IResult Authorize(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["client_id"] != IssuerStub.ClientId || query["response_type"] != "code" || query["code_challenge_method"] != "S256")
        {
            return Results.BadRequest();
        }

        var user = query["user"].ToString() is { Length: > 0 } chosen ? chosen : context.Request.Cookies[Cookie];
        if (user is null || !issuer.Users.ContainsKey(user))
        {
            return Results.Content(Page(context), "text/html");
        }

        context.Response.Cookies.Append(Cookie, user);
        var code = NewSecret();
        _codes[code] = new Grant(user, query["redirect_uri"].ToString(), query["code_challenge"].ToString(), query["nonce"]);
        return Results.Redirect(QueryHelpers.AddQueryString(
            query["redirect_uri"].ToString(),
            new Dictionary<string, string?> { ["code"] = code, ["state"] = query["state"], ["iss"] = issuer.Issuer }));
    }

    private async Task<IResult> TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (form["client_id"] != IssuerStub.ClientId || form["client_secret"] != IssuerStub.ClientSecret)
        {
            return Results.Json(new { error = "invalid_client" }, statusCode: 401);
        }

        Grant? grant = null;
        if (form["grant_type"] == "refresh_token")
        {
            if (_refreshes.TryRemove(form["refresh_token"].ToString(), out grant))
            {
                issuer.Refreshes++;
            }
        }
        else if (_codes.TryRemove(form["code"].ToString(), out grant)
            && (grant.Address != form["redirect_uri"] || grant.Challenge != Challenge(form["code_verifier"].ToString())))
        {
            grant = null;
        }

        return grant is null ? Results.Json(new { error = "invalid_grant" }, statusCode: 400) : Tokens(grant);
    }

    private IResult Tokens(Grant grant)
    {
        var refresh = NewSecret();
        _refreshes[refresh] = grant;
        return Results.Json(new
        {
            access_token = issuer.Token(grant.User, issuer.Users[grant.User]),
            id_token = issuer.IdToken(grant.User, grant.Nonce),
            refresh_token = refresh,
            token_type = "Bearer",
            expires_in = (int)issuer.Lifetime.TotalSeconds,
        });
    }

    private static IResult End(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["id_token_hint"].ToString().Length == 0)
        {
            return Results.BadRequest();
        }

        context.Response.Cookies.Delete(Cookie);
        return Results.Redirect(query["post_logout_redirect_uri"].ToString());
    }

    private string Page(HttpContext context)
    {
        var links = issuer.Users.Keys.Select(user =>
            $"<a href=\"{WebUtility.HtmlEncode($"{context.Request.Path}{context.Request.QueryString}&user={user}")}\">{user}</a>");
        return $"<!DOCTYPE html><html lang=en><title>Issuer</title><link rel=icon href=data:,><h1>Who are you?</h1>{string.Join(' ', links)}";
    }

    private static string Challenge(string verifier) =>
        Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    private static string NewSecret() => Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    private sealed record Grant(string User, string Address, string Challenge, string? Nonce);
}
