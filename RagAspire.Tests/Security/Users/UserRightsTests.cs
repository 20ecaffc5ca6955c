using System.ComponentModel.DataAnnotations;
using RagAspire.Security;
using RagAspire.Security.Users;

namespace RagAspire.Tests.Security.Users;

/// <summary>What rows of the table give together: never the scopes of one in the collections of another.</summary>
public sealed class UserRightsTests
{
    private static readonly Caller ReadAll = Row("read", null);
    private static readonly Caller EditHr = Row("read write operations:read", "hr");

    [Theory]
    [InlineData("read", "read", null)]
    [InlineData("write", "read write operations:read", "hr")]
    [InlineData("operations:read", "read write operations:read", "hr")]
    [InlineData("keys", "", "")]
    public void A_scope_counts_in_the_collections_of_the_rows_that_give_it(string scope, string scopes, string? collections)
    {
        var caller = Of(ReadAll, EditHr).For([scope]);

        Assert.Equal(Names(scopes), caller.Scopes);
        Assert.Equal(collections is null ? null : Names(collections), caller.Collections);
        Assert.Equal(("user:ann", "ann"), (caller.Id, caller.Name));
    }

    [Fact]
    public void What_is_shown_of_a_user_is_all_that_some_call_may_do()
    {
        var caller = Of(ReadAll, EditHr).For([]);

        Assert.Equal(["operations:read", "read", "write"], caller.Scopes.Order(StringComparer.Ordinal));
        Assert.Null(caller.Collections);
    }

    [Fact]
    public void Scopes_and_groups_of_two_rows_make_no_key_that_neither_could_make()
    {
        var caller = Of(Row("keys read", "hr"), Row("keys write", "wiki")).For(["keys"]);

        Assert.Equal(["hr", "wiki"], caller.Collections);
        Assert.Equal(["keys"], caller.Scopes);
        Assert.False(caller.Covers(["write"], ["hr"]));
    }

    [Fact]
    public void Groups_are_united_and_a_row_without_them_shows_all_only_where_it_gives_all_collections()
    {
        Assert.Equal(["a", "b"], Of(Row("read", "hr", "a"), Row("read", "hr", "b")).For(["read"]).Groups);
        Assert.Null(Of(Row("read", "hr", "a"), Row("read", "hr")).For(["read"]).Groups);
        Assert.Null(Of(Row("read", "hr", "a"), Row("read", null)).For(["read"]).Groups);
        Assert.Equal(["a"], Of(Row("read", "hr", "a"), Row("read", "wiki")).For(["read"]).Groups);
        Assert.Equal(["a"], Of(Row("read", null, "a"), Row("read", "hr")).For(["read"]).Groups);
    }

    [Fact]
    public void An_administrator_stays_one_in_any_further_group()
    {
        var caller = Of(Row("admin", null), EditHr, Row("admin", null)).For(["read"]);

        Assert.True(caller.IsAdmin);
        Assert.Equal((null, null), (caller.Collections, caller.Groups));
    }

    [Fact]
    public void Without_a_row_there_is_no_right()
    {
        var caller = Of().For([]);

        Assert.Empty(caller.Scopes);
        Assert.False(caller.MayUse("default"));
        Assert.False(Of().HasAny);
    }

    [Theory]
    [InlineData("read", null, null, true)]
    [InlineData("read,write", "hr", "a, b", true)]
    [InlineData("admin", "hr", null, false)]
    [InlineData("operations:read", null, "a", false)]
    [InlineData("", null, null, false)]
    [InlineData("reed", null, null, false)]
    [InlineData("read", "", null, false)]
    [InlineData("read", null, "-", false)]
    public void A_row_is_held_to_the_rules_of_a_key(string scopes, string? collections, string? groups, bool isValid)
    {
        var options = new OidcOptions { Issuer = "https://issuer.example", Audience = "api" };
        options.Groups["row"] = new GroupRights { Scopes = scopes, Collections = collections, Groups = groups };

        Assert.Equal(isValid, !options.Validate(new ValidationContext(options)).Any());
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("https://issuer.example/tenant", "api", true)]
    [InlineData("http://localhost:8080", "api", true)]
    [InlineData("http://issuer.example", "api", false)]
    [InlineData("issuer", "api", false)]
    [InlineData("https://issuer.example", "", false)]
    public void An_issuer_is_reached_safely_and_its_tokens_are_for_this_api(string issuer, string audience, bool isValid)
    {
        var options = new OidcOptions { Issuer = issuer, Audience = audience };

        Assert.Equal(isValid, !options.Validate(new ValidationContext(options)).Any());
    }

    private static UserRights Of(params Caller[] rows) => new("user:ann", "ann", rows);

    private static Caller Row(string scopes, string? collections, string? groups = null) => new(
        "user:ann", "ann", Names(scopes), collections is null ? null : Names(collections), groups is null ? null : Names(groups));

    private static string[] Names(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
