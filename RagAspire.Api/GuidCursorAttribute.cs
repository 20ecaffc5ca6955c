using System.ComponentModel.DataAnnotations;

namespace RagAspire.Api;

/// <summary>A cursor is what the page before gave as <c>next</c>; empty stands for the first page.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class GuidCursorAttribute() : ValidationAttribute("The cursor is not one that a page gave.")
{
    public override bool IsValid(object? value) => value is null or "" || (value is string text && Guid.TryParse(text, out _));
}
