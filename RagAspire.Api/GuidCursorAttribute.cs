using System.ComponentModel.DataAnnotations;

namespace RagAspire.Api;

/// <summary>Requires the <c>next</c> of a page, which is a GUID; an empty cursor is the same as none.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class GuidCursorAttribute() : ValidationAttribute("{0} must be the 'next' of a page.")
{
    public override bool IsValid(object? value) => value is null or "" || Guid.TryParse(value as string, out _);

    /// <summary>The id of a valid cursor; null for the first page.</summary>
    public static Guid? Parse(string? cursor) => string.IsNullOrEmpty(cursor) ? null : Guid.Parse(cursor);
}
